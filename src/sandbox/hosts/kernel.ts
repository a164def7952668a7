/** LOOP_CONFIGURE (linux/loop.h), by which a disk becomes a device in one call that nobody can come between. */
const needed = { major: 5, minor: 8 }

/** Why hosts cannot run on a Linux of this release, as uname(1) says it; undefined: they can. */
export function tooOldBecause(release: string): string | undefined {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? []
  const isOld = Number(major) < needed.major || (Number(major) === needed.major && Number(minor) < needed.minor)
  return isOld
    ? `hosts need Linux ${needed.major}.${needed.minor} or later, for its loop devices; this is ${release}`
    : undefined
}
