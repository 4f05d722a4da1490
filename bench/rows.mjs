/** Rows of the report: a value, and the target it is held against, if there is one. */

/** A value without a target. */
export function plain(name, value) {
  return { name, value };
}

export function atLeast(name, value, target) {
  return { name, value, target: `>= ${target}`, met: value >= target };
}

export function atMost(name, value, target) {
  return { name, value, target: `<= ${target}`, met: value <= target };
}
