/** AWS STS as a service. For now it answers one question: who am I? */
import type { QueryService } from "../../service/service.ts";
import type { Trail } from "../../service/trail.ts";
import { unknownOperation } from "../unknown-operation.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";

const apiVersion = "2011-06-15";

const operations = new Map([["GetCallerIdentity", getCallerIdentity]]);

/** Answers calls of AWS STS, and puts each on record before it does. */
export function stsService({ trail }: { readonly trail: Trail }): QueryService {
  return {
    signingName: "sts",
    isGlobal: true,
    xmlNamespace: `https://sts.amazonaws.com/doc/${apiVersion}/`,
    async answer(call, by) {
      const { operation, version } = call;
      const answer = version === apiVersion ? operations.get(operation) : undefined;
      if (answer === undefined) throw unknownOperation(call);
      const event = {
        ...by,
        eventSource: "sts.amazonaws.com",
        eventName: operation,
        readOnly: true,
        requestParameters: null,
        responseElements: null,
      };
      const output = answer(by.caller);
      await trail.append(trail.compose(event));
      return output;
    },
  };
}
