/** AWS IAM as a service: users, their access keys and their policies. */
import type { QueryService } from "../service/service.ts";
import { answerIam, type IamParts } from "./answer.ts";
import { operations } from "./operations.ts";
import { unknownOperation } from "./unknown-operation.ts";

const apiVersion = "2010-05-08";

/** Answers calls of AWS IAM, and puts each on record before it does. */
export function iamService(parts: IamParts): QueryService {
  return {
    signingName: "iam",
    isGlobal: true,
    xmlNamespace: `https://iam.amazonaws.com/doc/${apiVersion}/`,
    async answer(call, by) {
      const operation = call.version === apiVersion ? operations.get(call.operation) : undefined;
      if (operation === undefined) throw unknownOperation(call);
      return await answerIam({ name: call.operation, operation }, call, by, parts);
    },
  };
}
