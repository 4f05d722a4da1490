/** Dates as CloudTrail prints them inside responseElements: Aug 10, 2022, 10:38:27 PM (UTC). */
const format = new Intl.DateTimeFormat("en-US", {
  timeZone: "UTC",
  month: "short",
  day: "numeric",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  second: "2-digit",
  hour12: true,
});

/** As it prints them inside requestParameters: Jan 1, 2021 8:00:00 PM (UTC). */
export function usDateOfRequest(atMs: number): string {
  return usDate(atMs).replace(/(, \d+), /, "$1 ");
}

export function usDate(atMs: number): string {
  // Some versions of the locale data put a narrow no-break space before AM and PM.
  return format.format(atMs).replace(/\u202f/g, " ");
}
