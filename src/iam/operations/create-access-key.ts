/** CreateAccessKey: an access key for a user, or for the caller. Its secret is shown this once. */
import { newAccessKey } from "../new-access-key.ts";
import { userOperation } from "../operation.ts";
import { accessKeysPerUser } from "../quotas.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName?: string;
}

export const createAccessKey = userOperation<Input>({
  readOnly: false,
  input: { UserName: shape.optional(shape.existingUserName) },
  record: ({ UserName: userName }) => ({ userName }),

  async run({ subject: { accountId, user }, clock, secretAccessKeys }) {
    const createdAtMs = clock();
    const owner = user === undefined ? {} : { userId: user.userId };
    const wanted = { accountId, ...owner, createdAtMs };
    const { record, secretAccessKey } = await newAccessKey(wanted, secretAccessKeys);
    const { accessKeyId, status } = record;
    const named = user === undefined ? {} : { UserName: user.userName };
    return {
      output: {
        AccessKey: {
          ...named,
          AccessKeyId: accessKeyId,
          Status: status,
          SecretAccessKey: secretAccessKey,
          CreateDate: new Date(createdAtMs),
        },
      },
      changes: [
        { kind: "insert", table: "accessKeys", record },
        // Should the user be deleted at the same time, one of the two comes too late.
        ...(user === undefined
          ? []
          : [
              {
                kind: "update",
                table: "users",
                record: { ...user, rowVersion: user.rowVersion + 1 },
              } as const,
            ]),
        accessKeysPerUser(record),
      ],
      responseElements: { accessKey: { accessKeyId, status, userName: user?.userName } },
      secret: secretAccessKey,
    };
  },
});
