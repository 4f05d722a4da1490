/** Calls whose answers are wanted: for what a measurement needs before it can begin. */
import { Connection } from "./connection.mjs";
import { signedRequests } from "./requests.mjs";

const callsAtOnce = 16;

/**
 * Calls KMS once for each input, on several connections, and returns the answers in the
 * order of the inputs. Rejects when one of them is not 200.
 */
export async function callEach(server, name, inputs, connections = callsAtOnce) {
  const answers = Array.from({ length: inputs.length });
  let next = 0;
  const work = async () => {
    const client = await openClient(server.port);
    try {
      while (next < inputs.length) {
        const index = next;
        next += 1;
        const [request] = signedRequests(server, name, [inputs[index]]);
        answers[index] = await client.call(request);
      }
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(connections, inputs.length) }, work));
  return answers;
}

async function openClient(port) {
  let waiting;
  const connection = await Connection.open(port, {
    onAnswer: (_, status, body) => {
      if (status === 200) waiting.resolve(JSON.parse(body.toString()));
      else waiting.reject(new Error(`${status} ${body.toString()}`));
    },
    onError: (error) => waiting?.reject(error),
  });
  return {
    async call(request) {
      waiting = Promise.withResolvers();
      connection.send(request);
      return await waiting.promise;
    },
    close: () => connection.close(),
  };
}
