/** One evaluation of a policy: the facts it may ask about, and how much work it may be. */

/** The value of a condition key: a string, or a list for a multi-valued key. */
export type ConditionValue = string | readonly string[];

/**
 * A key that the request names in several spellings which differ by case alone, each with
 * its own value. Names are looked up without regard to case, so any of them may be meant.
 */
export interface Spellings {
  readonly spellings: readonly string[];
}

/** What holds for a parameter that was not sent. Null finds the key absent. */
export interface Implied {
  readonly implied: string;
}

export type ConditionFact = ConditionValue | Spellings | Implied;

/**
 * What is true of a request, by condition key in lower case. A Map will do; so will
 * anything that works a value out only when it is asked for.
 */
export interface ConditionContext {
  get(key: string): ConditionFact | undefined;
}

/**
 * A step is about the comparison of one character. The largest honest policies need some
 * ten thousand; the limit is a few milliseconds' worth. Without it, thousands of patterns
 * against thousands of values of an encryption context would be seconds for one request.
 */
const stepsMax = 1_000_000;

/** Thrown when an evaluation has used up its steps. The answer is then a denial. */
export class TooCostly extends Error {}

/** What beginning again with another reading costs, whatever is compared in it. */
const stepsPerReading = 100;

/** Which spelling of a name is taken for the one that is meant. */
interface Choice {
  readonly key: string;
  readonly count: number;
  index: number;
}

/**
 * Made anew for every request: it counts what has been spent on it. A request that names
 * keys in several spellings has several readings, one for each way to choose among them.
 */
export class Evaluation {
  readonly #context: ConditionContext;
  #stepsLeft = stepsMax;
  #choices: Choice[] = [];

  constructor(context: ConditionContext) {
    this.#context = context;
  }

  /** Accounts for work before it is done. Throws TooCostly when too much of it has been. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw new TooCostly("Policy evaluation is too costly.");
  }

  /** The value of a key, in lower case, in the present reading. */
  valueOf(key: string): ConditionValue | undefined {
    const fact = this.#context.get(key);
    if (fact === undefined || typeof fact === "string") return fact;
    if ("implied" in fact) return fact.implied;
    return "spellings" in fact ? fact.spellings[this.#choose(key, fact)] : fact;
  }

  /** As valueOf, but undefined when the request itself does not say it. */
  sentValueOf(key: string): ConditionValue | undefined {
    const fact = this.#context.get(key);
    return typeof fact === "object" && "implied" in fact ? undefined : this.valueOf(key);
  }

  /** Whether a test that asks for values holds in one reading of the request at least. */
  holdsInSomeReading(test: () => boolean): boolean {
    this.#choices = [];
    do if (test()) return true;
    while (this.#readOn());
    return false;
  }

  /** Whether a test that asks for values holds however the request is read. */
  holdsInEveryReading(test: () => boolean): boolean {
    return !this.holdsInSomeReading(() => !test());
  }

  #choose(key: string, { spellings }: Spellings): number {
    this.spend(1 + this.#choices.length);
    const made = this.#choices.find((choice) => choice.key === key);
    if (made !== undefined) return made.index;
    this.#choices.push({ key, count: spellings.length, index: 0 });
    return 0;
  }

  /** Goes on to the next reading, counting the choices up like digits; false after the last. */
  #readOn(): boolean {
    for (let last = this.#choices.at(-1); last !== undefined; last = this.#choices.at(-1)) {
      if (last.index + 1 < last.count) {
        this.spend(stepsPerReading);
        last.index += 1;
        return true;
      }
      this.#choices.pop();
    }
    return false;
  }
}
