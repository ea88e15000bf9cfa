/** A real Prometheus on the shipped configuration, asking a running service. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.js';
import { readDeployed } from './expressions.js';
import { deployFolder } from './nats-fixture.js';
import type { PrometheusPrograms } from './prometheus-package.js';
import type { DeployedService } from './service-fixture.js';

export class RunningPrometheus {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** The shipped configuration, with this run's addresses and a second between scrapes. */
  static async start(
    found: PrometheusPrograms,
    { httpUrl, folder }: DeployedService,
  ): Promise<RunningPrometheus> {
    const address = `127.0.0.1:${await freePort()}`;
    const config = readDeployed('prometheus/prometheus.yml')
      .replace('127.0.0.1:8787', new URL(httpUrl).host)
      .replace('"127.0.0.1:9090"', `"${address}"`)
      .replace('alerts.yml', join(deployFolder, 'prometheus/alerts.yml'))
      .replace(/(scrape|evaluation)_(interval|timeout): \d+s/g, '$1_$2: 1s');
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, config);
    const data = join(folder, 'prometheus-data');
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
    const child = spawn(found.prometheus, args, { stdio: 'ignore' });
    const prometheus = new RunningPrometheus(child, `http://${address}`);
    while (!(await prometheus.#isReady())) {
      if (child.exitCode !== null) throw new Error('Prometheus ended');
      await sleep(50);
    }
    return prometheus;
  }

  /** The series of an instant query; an error of the query is an error here. */
  async query(promql: string): Promise<unknown[]> {
    const answer = await fetch(`${this.#url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: promql }),
    });
    const said = (await answer.json()) as { status: string; error?: string; data: { result: unknown[] } };
    if (said.status !== 'success') throw new Error(`${said.error}: ${promql}`);
    return said.data.result;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #isReady(): Promise<boolean> {
    return await fetch(`${this.#url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
