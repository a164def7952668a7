/** Free space where the file says nothing, in percent. Chosen: what the next few versions of a directory usually add. */
const slackPercentDefault = 15

/** `15%` -> 15. */
export function slackPercentOf(slack: string | undefined): number {
  return slack === undefined ? slackPercentDefault : Number(slack.replace('%', ''))
}
