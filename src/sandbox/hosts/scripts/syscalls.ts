/** Numbers of system calls that Perl has no function for (Linux, asm/unistd_64.h and asm-generic/unistd.h), by Node's name of the machine. */
const numbers = {
  x64: { mount: 165, umount2: 166, pivot_root: 155, sethostname: 170, mknodat: 259, setns: 308 },
  arm64: { mount: 40, umount2: 39, pivot_root: 41, sethostname: 161, mknodat: 33, setns: 268 },
} as const

/** The machines that hosts can be booted on. */
export const bootableMachines: readonly string[] = Object.keys(numbers)

/** Perl's constants of these numbers, SYS_mount and so on, for this machine. */
export function syscallConstants(): string {
  const own: Readonly<Record<string, number>> = numbers[process.arch as keyof typeof numbers]
  return Object.entries(own)
    .map(([name, number]) => `sub SYS_${name}() { ${number} }`)
    .join('\n')
}
