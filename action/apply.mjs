import { wordsOf } from './arguments.mjs'
import { fenced } from './message.mjs'
import { notify, printInert, setOutput, summarize } from './runner.mjs'

const endings = {
  0: ['notice', 'applied'],
  5: ['error', 'the plan is stale: what it was made from has moved, and nothing was done. Plan again.'],
  6: ['error', 'another run holds the lock of the stack; nothing was done'],
  130: ['error', 'interrupted; the next apply goes on from there'],
}

/** Carries out the plan that was saved, and no other. Returns evenkeel's exit status. */
export async function apply(inputs, evenkeel) {
  const args = ['apply', '--yes', ...wordsOf({ ...inputs, stacks: [inputs.planFile] })]
  const { exitCode, stdout, stderr } = await evenkeel.run(args)
  printInert(stdout)
  const [level, told] = endings[exitCode] ?? ['error', `evenkeel apply ended with ${exitCode}`]
  notify(level, told)
  summarize(`### Apply\n\n${told}\n\n${fenced([stdout, exitCode === 0 ? '' : stderr].join('\n'))}`)
  setOutput('exit-code', exitCode)
  return exitCode
}
