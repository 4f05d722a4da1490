/** From a document to tests that can be run: done once per policy, not once per request. */
import { compileAction } from "./action.ts";
import type { ActionTest } from "./action.ts";
import { compileCondition } from "./conditions/condition.ts";
import type { ConditionTest } from "./conditions/condition.ts";
import type { Evaluation } from "./evaluation.ts";
import { hasVariables } from "./language.ts";
import type { Element, PolicyDocument, Statement } from "./language.ts";
import { compilePrincipals } from "./principal.ts";
import type { PrincipalTest } from "./principal.ts";
import { compileResource } from "./resource.ts";
import type { ResourceTest } from "./resource.ts";

/** A policy ready to be evaluated. */
export interface CompiledPolicy {
  readonly denials: readonly CompiledStatement[];
  readonly allowances: readonly CompiledStatement[];
}

export interface CompiledStatement {
  /** Where the statement stands in its document, from 0. */
  readonly index: number;
  readonly sid: string | undefined;
  readonly action: ActionTest;
  readonly principal: PrincipalTest;
  readonly resource: (resource: string, evaluation: Evaluation) => boolean;
  readonly conditions: readonly ConditionTest[];
}

/**
 * Compiles a document that parsePolicy has accepted. Statements that can match nothing are
 * left out. Throws a malformed PolicyError for a document parsePolicy would have refused.
 */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variables = hasVariables(document.version);
  const compile = (effect: Statement["effect"]) =>
    document.statements.flatMap((statement, index) =>
      statement.effect === effect ? compileStatement(statement, index, variables) : [],
    );
  return { denials: compile("Deny"), allowances: compile("Allow") };
}

function compileStatement(
  statement: Statement,
  index: number,
  variables: boolean,
): readonly CompiledStatement[] {
  const { sid, principal, action, resource } = statement;
  if (action === undefined || resource === undefined) return [];
  return [
    {
      index,
      sid,
      action: compileActions(action),
      principal: principal === undefined ? isOwner : compilePrincipals(principal),
      resource: compileResources(resource, variables),
      conditions: statement.conditions.map((clause) => compileCondition(clause, variables)),
    },
  ];
}

/** An identity policy is evaluated for nobody but the identity it is attached to. */
const isOwner: PrincipalTest = () => "principal";

function compileActions({ negated, values }: Element<string>): ActionTest {
  const tests = values.map(compileAction);
  return (action, evaluation) => tests.some((test) => test(action, evaluation)) !== negated;
}

/** A pattern whose variable has no value matches neither as Resource nor as NotResource. */
function compileResources(
  { negated, values }: Element<string>,
  variables: boolean,
): CompiledStatement["resource"] {
  const tests: readonly ResourceTest[] = values.map((text) => compileResource(text, variables));
  if (negated) {
    return (resource, evaluation) => tests.every((test) => test(resource, evaluation) === false);
  }
  return (resource, evaluation) => tests.some((test) => test(resource, evaluation) === true);
}
