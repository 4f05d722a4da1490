/** AttachUserPolicy: a user has a managed policy as well, at once. */
import { attach, attachmentConditions } from "../attachments.ts";
import { userOwner } from "../policy-owner.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyArn: string;
}

export const attachUserPolicy = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.existingUserName, PolicyArn: shape.policyArn },
  record: ({ UserName: userName, PolicyArn: policyArn }) => ({ policyArn, userName }),
  conditions: attachmentConditions,
  tellsBoundary: true,

  async run({ input, subject, ...desk }) {
    return await attach(input.PolicyArn, userOwner(namedUser(subject)), desk);
  },
});
