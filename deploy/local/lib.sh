# Where the things of the local fleet are, and helpers for the scripts beside this file. Sourced, never run.
# shellcheck shell=bash disable=SC2034
#
# To run a second fleet beside the first one, set OMS_LOCAL and the ports. OMS_BUILD names a folder with finished
# executables; without it `up` builds them.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
state=$(realpath -m "${OMS_LOCAL:-$root/.local}") # everything the fleet writes
build=$(realpath -m "${OMS_BUILD:-$root/.build/release}")
settings=$state/fleet.env                         # what the processes are started with
log=$state/log

gateway_port=${GATEWAY_PORT:-8081}
sandbox_port=${SANDBOX_PORT:-8090}
postgres_port=${POSTGRES_PORT:-25432}
rabbitmq_port=${RABBITMQ_PORT:-25673}
admin_ports=${ADMIN_PORTS:-9110} # order 9110-9119, payment 9120-9129 and so on; gateway 9100

gateway_url=http://127.0.0.1:$gateway_port
sandbox_url=http://127.0.0.1:$sandbox_port

workers=(order payment shipping promo invoice)

say() { printf '==> %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# executable order -> OrderWorker
executable() {
    case $1 in
    gateway) echo Gateway ;;
    sandbox) echo Sandbox ;;
    *) echo "${1^}Worker" ;;
    esac
}

# How many processes of a worker run: its line in the file `scale`, else one.
processes() { sed -n "s/^$1=//p" "$state/scale" 2>/dev/null | grep . || echo 1; }

# admin_port WORKER NUMBER: where that process serves its health and metrics.
admin_port() {
    local worker port=$admin_ports
    for worker in "${workers[@]}"; do
        [[ $worker != "$1" ]] || break
        port=$((port + 10))
    done
    echo $((port + $2))
}

# All processes of the fleet in the order they start: "order-0 http://127.0.0.1:9110".
fleet() {
    local worker number
    echo "sandbox $sandbox_url"
    for worker in "${workers[@]}"; do
        for ((number = 0; number < $(processes "$worker"); number++)); do
            echo "$worker-$number http://127.0.0.1:$(admin_port "$worker" "$number")"
        done
    done
    echo "gateway $gateway_url"
}

supervisor_config=$state/supervisor.conf
supervisor_pid=$state/supervisor.pid

supervisor() { supervisorctl -c "$supervisor_config" "$@"; }

supervisor_runs() {
    [[ -s $supervisor_pid ]] && [[ $(<"/proc/$(<"$supervisor_pid")/cmdline") == *"$supervisor_config"* ]]
} 2>/dev/null

# Loads what the fleet told about itself: OMS_URL, JWT_SECRET and so on.
load_env() {
    [[ -f $state/env ]] || fail "no fleet was started here; run: make up"
    set -a
    # shellcheck source=/dev/null
    . "$state/env"
    set +a
}

token() { "$here/with-settings" "$settings" "$build/oms" token "$@"; }
