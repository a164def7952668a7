/**
 * How V8 is to run a program that reads, compares and ends, by V8's version; nothing for one on which nobody has measured.
 *
 * A plan of 1,000 servers hardly calls again what V8 optimizes for it: eight times the usual budget before a function is optimized
 * (67,584 bytes of its code) brings 2.30 s of processor time to 1.56 s. A young generation that grows no more keeps 18 MiB out
 * of memory (`roomForYoungObjects` says how large it is); and an old one that is collected each time that it has grown by 60 % brings a plan of
 * 10,000 servers from 640 MiB to 450. What works on many stacks (`goesOn`) leaves little behind of each: with a young generation that
 * grows it takes a sixth less of the processor's time for every one of them, and 40 MiB more (decision 53).
 */
export function engineFlags(v8Version: string, goesOn: boolean): readonly string[] {
  if (!v8Version.startsWith('11.3.')) return []
  const always = ['--interrupt-budget=540000', '--heap-growing-percent=60']
  return goesOn ? always : [...always, '--semi-space-growth-factor=1']
}
