/**
 * Types with disks of the machine that they run on, which lose what is on them with every stop (EC2 User Guide, "Instance
 * store temporary block storage"): those with a `d` behind the generation, and the families that always have them.
 */
const withInstanceStore =
  /^(?:[a-z]+\d+[a-z]*d[a-z]*|i\d\w*|im4gn|is4gen|d[23]\w*|h1|hs1|f[12]|g2|g[56]e?|gr6\w*|m[1-3]|c[13]|cc2|cr1|r3|x1e?|dl1|trn\d\w*|p[5-9][\w-]*)\./

/** Whether an instance of this type has disks that a stop empties. */
export function hasInstanceStore(type: string): boolean {
  return withInstanceStore.test(type)
}
