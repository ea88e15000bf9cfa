/** Outcomes and a recorder of happenings for the tests of both doors. */
import type { EdgeEvents, ServiceEvents } from '../../src/ops/events.js';
import type { Outcome } from '../../src/screening/protocol.js';

export function outcome(given: Partial<Outcome>): Outcome {
  return {
    format: 'native-json',
    status: 'pass',
    cause: null,
    decisionId: 'D1',
    institution: null,
    scene: null,
    decisionAt: null,
    rules: [],
    shown: [],
    heldBack: [],
    gaps: [],
    notes: [],
    screenMs: 0.5,
    ...given,
  };
}

type Answered = Parameters<EdgeEvents['requestAnswered']>[0];
type Refused = Parameters<EdgeEvents['requestRefused']>[0];

export function recordedEvents(): EdgeEvents &
  ServiceEvents & {
    readonly answered: Answered[];
    readonly refused: Refused[];
  } {
  const answered: Answered[] = [];
  const refused: Refused[] = [];
  return {
    answered,
    refused,
    requestAnswered: (request) => void answered.push(request),
    requestRefused: (request) => void refused.push(request),
    answerLost: () => {},
    brokerUp: () => {},
    brokerDown: () => {},
    brokerUnreachable: () => {},
    embeddedBrokerLost: () => {},
    requestsTaken: () => {},
    requestsNotPermitted: () => {},
    rulesetInForce: () => {},
    budgetsInForce: () => {},
    readinessChanged: () => {},
    serviceListening: () => {},
    serviceStopping: () => {},
    serviceStopped: () => {},
    handlerFailed: () => {},
  };
}
