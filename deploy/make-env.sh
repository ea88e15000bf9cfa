#!/bin/sh
# Writes nats.env, claimgate.env and grafana.env beside their examples (or into the folder given), with random
# passwords, readable by their owner only. What exists is left as it is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here}
umask 077

# Begins with a letter, so that nats-server never reads it as a number; nothing in it means something in a URL.
secret() { printf 'cg'; od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

fill() {
  while IFS= read -r line; do
    case $line in
      *PASSWORD= | *KEY=) printf '%s%s\n' "$line" "$(secret)" ;;
      *SERVICE_PASSWORD@*) printf '%s%s@%s\n' "${line%%SERVICE_PASSWORD@*}" "$service" "${line##*SERVICE_PASSWORD@}" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

service=
for name in nats claimgate grafana; do
  if [ -e "$target/$name.env" ]; then
    echo "kept: $target/$name.env"
  else
    fill <"$here/$name.env.example" >"$target/$name.env.new"
    mv "$target/$name.env.new" "$target/$name.env"
    echo "written: $target/$name.env"
  fi
  service=${service:-$(sed -n 's/^CLAIMGATE_NATS_SERVICE_PASSWORD=//p' "$target/nats.env")}
done
