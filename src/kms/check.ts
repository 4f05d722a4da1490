/** From what a client sent to an input that has passed its constraints. */
import type { JsonObject } from "../service/service.ts";
import type { Checked, Input, OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";
import type { Operation } from "./operation.ts";
import { memberComplaints, readMembers, type Shape } from "./shapes.ts";

type Declared = readonly (readonly [string, Shape<unknown>])[];

const declared = new WeakMap<object, Declared>();

/** Types first (SerializationException), then constraints (ValidationException), all in AWS's words. */
export function checkInput<Name extends OperationName>(
  operation: Operation<Name>,
  sent: JsonObject,
): Checked<Input<Name>> {
  const shapes = shapesOf(operation.input);
  const input = readMembers(sent, shapes);
  const complaints = memberComplaints(input, shapes, "");
  if (complaints.length > 0) {
    const errors =
      complaints.length === 1 ? "1 validation error" : `${complaints.length} validation errors`;
    throw new KmsError("ValidationException", `${errors} detected: ${complaints.join("; ")}`);
  }
  // The shapes are typed by the operation's input, so what passed them is one.
  return input as Checked<Input<Name>>;
}

function shapesOf(input: object): Declared {
  const before = declared.get(input);
  if (before !== undefined) return before;
  const shapes = Object.entries(input) as Declared;
  declared.set(input, shapes);
  return shapes;
}
