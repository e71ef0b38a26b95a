"""A name server on the loopback that knows a few zones, and how to be ill."""

import contextlib

from dnslib import AAAA, CNAME, MX, NS, PTR, QTYPE, RCODE, RR, TXT, A, DNSError, DNSLabel
from dnslib.server import DNSServer

ILL = ("servfail", "refused", "silence")
MADE = {"A": A, "AAAA": AAAA, "CNAME": CNAME, "NS": NS, "PTR": PTR}


class Dns:
    """Dns({"kok.test": [("MX", "10 mail.kok.test"), ("TXT", "v=spf1 -all")], "elders.test": "servfail"})

    A TXT value is a string or a list of strings. .asked holds every (name, type) that was looked up.
    """

    def __init__(self, zone):
        self.zone, self.asked = zone, []

    @contextlib.contextmanager
    def open(self):
        udp, tcp = self._servers()
        self.port = udp.server.server_address[1]
        for server in (udp, tcp):
            server.start_thread()
        try:
            yield self
        finally:
            for server in (udp, tcp):
                server.stop()
                server.server.server_close()

    def _servers(self, tries=20):
        """Both on one port: what is free for the one may be taken for the other."""
        tcp = DNSServer(self, address="127.0.0.1", port=0, tcp=True, logger=_Silent())
        try:
            port = tcp.server.server_address[1]
            return DNSServer(self, address="127.0.0.1", port=port, logger=_Silent()), tcp
        except OSError:
            tcp.server.server_close()
            if tries == 1:
                raise
            return self._servers(tries - 1)

    def resolve(self, request, handler):
        reply = request.reply()
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        if self._is_ill(name, reply):
            return reply
        for _ in range(12):  # a resolver gives up on a chain that does not end
            found = self.zone.get(name)
            if found is None:
                if not any(known.endswith("." + name) for known in self.zone):
                    reply.header.rcode = RCODE.NXDOMAIN
                return reply
            aliases = [value for each, value in found if each == "CNAME"]
            if not aliases or kind == "CNAME":
                for each, value in found:
                    if each == kind:
                        reply.add_answer(_record(name, each, value))
                return reply
            reply.add_answer(_record(name, "CNAME", aliases[0]))
            name = aliases[0].rstrip(".").lower()
            if self._is_ill(name, reply):
                return reply
        reply.rr.clear()
        reply.header.rcode = RCODE.SERVFAIL
        return reply

    def _is_ill(self, name, reply):
        illness = self.zone.get(name)
        if illness not in ILL:
            return False
        if illness == "silence":
            raise DNSError("silence")
        reply.header.rcode = RCODE.REFUSED if illness == "refused" else RCODE.SERVFAIL
        return True


def _record(name, kind, value):
    if kind == "TXT":
        chunks = (
            value if isinstance(value, list) else [value[at : at + 255] for at in range(0, len(value), 255)] or [""]
        )
        data = TXT([chunk.encode() for chunk in chunks])
    elif kind == "MX":
        preference, host = value.split()
        data = MX(DNSLabel(host), int(preference))
    else:
        data = MADE[kind](value)
    return RR(name, getattr(QTYPE, kind), rdata=data, ttl=60)


class _Silent:
    def __getattr__(self, _name):
        return lambda *_: None
