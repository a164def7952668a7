/** The command line's options and, behind `--`, the files: no input is ever taken for an option. */
export function wordsOf({ stacks, varFiles, target, checks }) {
  return [
    ...varFiles.map((file) => `--var-file=${file}`),
    ...(target === '' ? [] : [`--target=${target}`]),
    ...(checks === '' ? [] : [`--checks=${checks}`]),
    '--',
    ...stacks,
  ]
}
