"""The systems that are measured: our fleet, and a peer if one is given. Both use the same PostgreSQL and RabbitMQ."""
import http.client, json, os, re, shlex, subprocess, sys, time, urllib.request
from load import TENANTS, token

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCAL = os.path.join(ROOT, ".local", "bench")
PORTS = dict(GATEWAY_PORT="18081", SANDBOX_PORT="18090", POSTGRES_PORT="18432", RABBITMQ_PORT="18672", ADMIN_PORTS="18110")
PEER_PORT = "18082"


def script(name, *arguments, **more):
    """Runs a script of deploy/local for the bench's own fleet; what it prints."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "RABBITMQ_URL")}
    environment.update(PORTS, OMS_LOCAL=LOCAL, **more)
    shown = name == "up"  # it builds: that takes minutes, and people want to see why
    done = subprocess.run([os.path.join(ROOT, "deploy/local", name), *arguments], env=environment, text=True,
                          stdout=sys.stderr if shown else subprocess.PIPE, stderr=None if shown else subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout or ''}{done.stderr or ''}")
    return done.stdout


class Target:
    """What the measurement asks of a system. `clean` and `rows` are SQL."""

    def __init__(self, name, url, database, broker, secret, rows, clean):
        self.name, self.url, self.database, self.broker, self.secret = name, url, database, broker, secret
        self.rows, self.clean = rows, clean

    def sql(self, text):
        done = subprocess.run(["psql", self.database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text],
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit("psql: " + done.stderr)
        return done.stdout.strip()

    def stored(self):
        return int(self.sql(self.rows))

    def empty(self):
        """As after the installation, but for promo codes; the disk's state is the same at each start, too."""
        self.sql(self.clean)
        self.sql("CHECKPOINT")

    def groups(self):
        """Processes whose CPU time is charged: {name: [pid]}. Servers come last."""
        with open(os.path.join(LOCAL, "postgres/data/postmaster.pid")) as file:
            postgres = int(file.readline())
        rabbitmq = int(script("rabbitmq", "status", f"{LOCAL}/rabbitmq", PORTS["RABBITMQ_PORT"]).split()[1])
        return {**self.own_groups(), "PostgreSQL": [postgres], "RabbitMQ": [rabbitmq]}

    def messages(self):
        """Messages that the broker has taken from publishers so far, for all systems together."""
        said = script("rabbitmq", "ctl", f"{LOCAL}/rabbitmq", PORTS["RABBITMQ_PORT"], "eval",
                      "maps:fold(fun(_, C, Sum) -> Sum + maps:get(messages_received_total, C, 0) end, 0, "
                      "rabbit_global_counters:overview()).")
        return int(said)


TRUNCATE = """SET session_replication_role = replica; DO $$ DECLARE tables text; BEGIN
  SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables FROM pg_tables
    WHERE schemaname ~ '{schemas}' AND tablename !~ 'migration' AND tablename <> 'promo_codes';
  EXECUTE 'TRUNCATE ' || tables;
END $$"""


class Fleet(Target):
    """Our fleet: gateway, workers and sandbox as `make up` runs them, with ports and data of its own."""

    def __init__(self, statements):
        preload = "-c shared_preload_libraries=pg_stat_statements" if statements else ""
        script("up", SANDBOX_STOCK="off", SANDBOX_NOTIFICATION="off", CRM_SERVICE_URL="", LOG_LEVEL="warning",
               PGEXTRA=preload)
        with open(os.path.join(LOCAL, "env")) as file:
            env = dict(line.rstrip("\n").split("=", 1) for line in file)
        super().__init__("fleet", env["OMS_URL"], env["DATABASE_URL"], env["RABBITMQ_URL"], env["JWT_SECRET"],
                         rows="SELECT count(*) FROM oms_order.orders", clean=TRUNCATE.format(schemas="^oms_"))
        if statements:
            self.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self.make_promo_codes()
        self.running = True

    def make_promo_codes(self):
        """BENCH0 to BENCH99 for each tenant."""
        api = http.client.HTTPConnection(self.url.split("//")[1])
        for tenant in range(TENANTS):
            bearer = token(self.secret, "bench", f"tenant-{tenant}", "admin")
            for number in range(100):
                code = {"code": f"BENCH{number}", "type": "percentage", "value": "10", "max_discount": "100.00",
                        "valid_from": "2025-01-01T00:00:00Z", "valid_until": "2125-01-01T00:00:00Z"}
                api.request("POST", "/api/v1/promo", json.dumps(code),
                            {"Authorization": "Bearer " + bearer, "Content-Type": "application/json"})
                answer = api.getresponse()
                said = answer.read()
                if answer.status == 409:
                    return  # made by an earlier run
                if answer.status not in (201, 202):
                    raise SystemExit(f"promo code: {answer.status} {said.decode()}")

    def supervisor(self, *words):
        return subprocess.run(["supervisorctl", "-c", f"{LOCAL}/supervisor.conf", *words],
                              capture_output=True, text=True).stdout

    def own_groups(self):
        """Processes of one worker form one group. The sandbox stands for other companies: it is charged apart."""
        groups = {}
        for name, pid in re.findall(r"^(\S+) +RUNNING +pid (\d+)", self.supervisor("status"), re.MULTILINE):
            groups.setdefault(re.sub(r"-\d+$", "", name), []).append(int(pid))
        order = ["gateway", "order", "payment", "shipping", "promo", "invoice", "sandbox"]
        return {name: groups[name] for name in order if name in groups}

    def start(self):
        if not self.running:
            self.supervisor("start", "all")
            script("processes")
            self.running = True

    def stop(self):
        self.supervisor("stop", "all")
        self.running = False


class Peer(Target):
    """Another order service with the same HTTP interface and events.

    PEER names a folder with an executable `build`, whose last line of output is the path of the program; or PEER_CMD
    is the command that runs it. It is told DATABASE_URL, RABBITMQ_URL, JWT_SECRET and LISTEN (host:port), is ready
    when PEER_HEALTH (/health) answers, and stores one row of the table `orders` an order. PEER_SCHEMA (schema.sql in
    the folder or above it) is loaded into its empty database. With PEER_URL it is already listening there.
    """

    def __init__(self, fleet):
        folder, command = os.environ.get("PEER", ""), os.environ.get("PEER_CMD", "")
        if not command:
            built = subprocess.run(["./build"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
            command = shlex.quote(built.stdout.strip().splitlines()[-1])
        self.command, self.process = command, None
        fleet.sql("DROP DATABASE IF EXISTS peer WITH (FORCE)")
        fleet.sql("CREATE DATABASE peer")
        ctl = ("rabbitmq", "ctl", f"{LOCAL}/rabbitmq", PORTS["RABBITMQ_PORT"])
        if "peer" not in script(*ctl, "list_vhosts").split():
            script(*ctl, "add_vhost", "peer")
            script(*ctl, "set_permissions", "-p", "peer", "guest", ".*", ".*", ".*")
        url = os.environ.get("PEER_URL") or f"http://127.0.0.1:{PEER_PORT}"
        super().__init__("peer", url, re.sub(r"/[^/]*$", "/peer", fleet.database), fleet.broker + "/peer", fleet.secret,
                         rows="SELECT count(*) FROM orders", clean=TRUNCATE.format(schemas="^public$"))
        candidates = [os.environ.get("PEER_SCHEMA", ""), f"{folder}/schema.sql", f"{folder}/../schema.sql"]
        schema = next((path for path in candidates if path and os.path.isfile(path)), None)
        if schema:
            subprocess.run(["psql", self.database, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", schema], check=True,
                           stderr=subprocess.DEVNULL)

    def own_groups(self):
        return {"peer": [self.process.pid]}

    def start(self):
        log = open(os.path.join(LOCAL, "log", "peer.log"), "a")
        environment = dict(os.environ, DATABASE_URL=self.database + "?sslmode=disable", RABBITMQ_URL=self.broker,
                           JWT_SECRET=self.secret, LISTEN=self.url.split("//")[1])
        # Under the scheduling policy that deploy/local gives to the fleet and to both servers.
        self.process = subprocess.Popen(["chrt", "--batch", "0", "bash", "-c", "exec " + self.command], env=environment,
                                        stdout=log, stderr=log, start_new_session=True)  # a session of its own, as the fleet
        health = self.url + os.environ.get("PEER_HEALTH", "/health")
        for _ in range(300):
            try:
                urllib.request.urlopen(health, timeout=2).close()
                return time.sleep(1)  # for its connection to the broker
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the peer is not up, see {log.name}")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None
