"""Sends the load: tokens, runs of wrk, and the subscriber that counts events."""
import base64, hashlib, hmac, json, os, signal, subprocess, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
TENANTS, CUSTOMERS = 8, 1000
DRAIN = 30  # seconds that open requests are waited for at the end


def token(secret, sub, tenant, role="customer"):
    """A bearer token, HS256, good for a day."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    claims = {"sub": sub, "tenant_id": tenant, "role": role, "exp": int(time.time()) + 86400}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(secret.encode(), text, hashlib.sha256).digest())).decode()


class Load:
    """Runs wrk against one address."""
    runs = 0

    def __init__(self, url, secret):
        self.url = url
        self.work = tempfile.mkdtemp(prefix="oms-bench-")
        self.tokens = self._file("tokens", [token(secret, f"customer-{number}", f"tenant-{number % TENANTS}")
                                            for number in range(TENANTS * CUSTOMERS)])
        self.few = [open(self.tokens).readline().strip() if number == 0 else
                    token(secret, f"customer-{number}", f"tenant-{number % TENANTS}") for number in range(4)]
        self.ids = os.path.join(self.work, "ids")

    def _file(self, name, lines):
        path = os.path.join(self.work, name)
        with open(path, "w") as file:
            file.writelines(line + "\n" for line in lines)
        return path

    def prepare(self, orders):
        """Makes orders of four customers through the API, for the modes that read."""
        if os.path.exists(self.ids):
            os.unlink(self.ids)
        for number, bearer in enumerate(self.few):
            one = self._file("one", [bearer])
            while self._count_ids() < orders * (number + 1) // len(self.few):
                before = self._count_ids()
                self._wrk("orders", 32, 1, one, LOAD_COLLECT=str(number + 1))
                if self._count_ids() == before:
                    raise SystemExit("preparing: no order could be made")
        self._file("few", self.few)

    def _count_ids(self):
        return sum(1 for _ in open(self.ids)) if os.path.exists(self.ids) else 0

    def run(self, mode, connections, seconds):
        """The figures of one run: `ok` answers, `errors`, `rate` a second, latencies in milliseconds."""
        tokens = os.path.join(self.work, "few") if mode in ("get", "list") else self.tokens
        figures = self._wrk(mode, connections, seconds, tokens)
        figures["ok"] = figures["answers"] - figures["refused"]
        figures["errors"] = figures["refused"] + figures["broken"]
        figures["rate"] = figures["ok"] / figures["seconds"]
        figures["drained"] = figures["resting"] == connections
        return figures

    def _wrk(self, mode, connections, seconds, tokens, **more):
        Load.runs += 1
        result, end = (os.path.join(self.work, f"{name}{Load.runs}") for name in ("result", "end"))
        environment = dict(os.environ, LOAD_MODE=mode, LOAD_SECONDS=str(seconds), LOAD_CONNS=str(connections),
                           LOAD_TOKENS=tokens, LOAD_IDS=self.ids, LOAD_RESULT=result, LOAD_END=end,
                           LOAD_RUN=f"{os.getpid()}-{int(time.time())}-{Load.runs}", **more)
        process = subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds) + DRAIN + 1}s", "--timeout", "60s",
             "-s", os.path.join(HERE, "load.lua"), self.url],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while process.poll() is None and not os.path.exists(end):
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        said = process.communicate()[0]
        if not os.path.exists(result):
            raise SystemExit("wrk failed: " + said)
        with open(result) as file:
            return json.load(file)


class Sink:
    """Counts the events of new orders as another service would: from a durable queue of its own."""

    def __init__(self, oms, broker):
        self.process = subprocess.Popen([oms, "sink", "--exchange", "oms.events", "--key", "order.created"],
                                        env=dict(os.environ, RABBITMQ_URL=broker), stdout=subprocess.PIPE, text=True)
        self.count = int(self.process.stdout.readline() or -1)  # its first word comes when it is subscribed
        if self.count < 0:
            raise SystemExit("the event sink could not subscribe")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.count = int(line)

    def check(self):
        if self.process.poll() is not None:
            raise SystemExit("the event sink has ended")

    def stop(self):
        """Its queue goes with it: nobody would take what the next load puts there."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
