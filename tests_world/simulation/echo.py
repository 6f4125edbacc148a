"""A gateway that repeats what it hears: what all gateways share is tested on it."""

import asyncio
import sys
from pathlib import Path

from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Refusal
from simulation.world import World

DDL = "CREATE TABLE IF NOT EXISTS heard (number TEXT PRIMARY KEY);"


class Echo(Gateway):
    name = "echo"
    title = "Echo"
    fault_kinds = {"deaf": "it does not listen"}
    callback_plan = (10, 60)

    def prepare(self):
        self.world.store.create(DDL)

    def routes(self):
        yield Route("POST", "/echo/{number}", "echo", self.echo)

    def controls(self):
        yield Route("GET", "/heard", "heard", self.heard)
        yield Route("POST", "/heard/{number}", "hear", self.hear)

    def facts(self, call):
        return {"merchant": call.query.get("merchant", ""), "key": call.parts.get("number", "")}

    def echo(self, call):
        number, merchant = call.parts["number"], call.query.get("merchant", "")
        self.world.store.insert("heard", number=number)
        if "refuse" in call.query:
            raise Refusal("NO", "refused", 403)
        if url := call.query.get("notify"):
            self.world.outgoing.post("echo", "notify", url, {"number": number}, merchant, number)
        self.world.journal.write("echo", "heard", number, size=len(call.body))
        return Answer.json({"number": number, "size": len(call.body)})

    def hear(self, call):
        self.world.store.insert("heard", number=call.parts["number"])
        return Answer.json({})

    def heard(self, call):
        rows = self.world.store.all("SELECT number FROM heard ORDER BY number")
        return Answer.json([row["number"] for row in rows])

    def seal(self, answer, call, spoiled):
        answer.headers["Signature"] = "wrong" if spoiled else "right"
        return answer

    def callback(self, delivery, damage):
        return {"Damage": damage}, delivery.content["number"].encode()


if __name__ == "__main__":
    world = World("echo", Path(sys.argv[1]))
    world.add([Echo(world)])
    asyncio.run(world.run({}))
