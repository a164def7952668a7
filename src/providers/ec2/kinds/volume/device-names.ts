/**
 * Names that EC2 takes for data volumes, in the order of choice: /dev/sdf to /dev/sdp, which it recommends, then
 * /dev/xvdba to /dev/xvdcz (User Guide, "Device names for volumes").
 *
 * @internal exported for its test
 */
export const deviceNames: readonly string[] = [
  ...[...'fghijklmnop'].map((letter) => `/dev/sd${letter}`),
  ...[...'bc'].flatMap((first) => [...'abcdefghijklmnopqrstuvwxyz'].map((second) => `/dev/xvd${first}${second}`)),
]

/** The names that are free when these are taken, in the order of choice. /dev/sdf and /dev/xvdf are one name to the kernel. */
export function freeDeviceNames(taken: Iterable<string>): readonly string[] {
  const letters = new Set([...taken].map(lettersOf))
  return deviceNames.filter((name) => !letters.has(lettersOf(name)))
}

/** `/dev/sda1` -> `a`, `xvdba` -> `ba`. */
function lettersOf(name: string): string {
  return name
    .replace(/^\/dev\//, '')
    .replace(/^(?:sd|xvd|hd)/, '')
    .replace(/\d+$/, '')
}
