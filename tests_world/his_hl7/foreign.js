// A partner made of simple-hl7: "server" prints each message it gets, "client" sends what it reads.
const net = require("net");
const readline = require("readline");
const hl7 = require("simple-hl7");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port) {
    return listen.call(this, port, "127.0.0.1");
};

function serve() {
    const server = hl7.Server.createTcpServer((error, request, response) => {
        if (error) {
            return;
        }
        const pid = request.msg.getSegment("PID");
        const name = pid ? pid.getComponent(5, 1).toString() : "";
        const id = request.msg.header.getField(8).toString();
        console.log(JSON.stringify({ kind: `${request.type}^${request.event}`, id, name }));
        response.end();
    });
    server.start(0, "utf-8");
    server.server.on("listening", () => console.log(server.server.address().port));
}

function send(port) {
    const client = hl7.Server.createTcpClient({ host: "127.0.0.1", port, keepalive: true });
    const parser = new hl7.Parser({ segmentSeperator: "\r" });
    readline.createInterface({ input: process.stdin }).on("line", (line) => {
        client.send(parser.parse(JSON.parse(line)), (error, ack) => {
            if (error) {
                throw error;
            }
            const msa = ack.getSegment("MSA");
            console.log(JSON.stringify({ ack: msa.getField(1).toString(), id: msa.getField(2).toString() }));
        });
    });
}

const [what, port] = process.argv.slice(2);
if (what === "server") {
    serve();
} else {
    send(Number(port));
}
