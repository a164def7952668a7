import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { wordsOf } from './arguments.mjs'
import { isSame, messageOf } from './message.mjs'
import { PlatformError } from './platform.mjs'
import { notify, setOutput, summarize } from './runner.mjs'

/** Plans, and tells the plan in the pull request and in the job's summary. Returns 0 where there is a plan, 1 where there is none. */
export async function plan(inputs, evenkeel, platform) {
  const isOfOne = inputs.stacks.length <= 1 && !isFolder(inputs.stacks[0])
  removePlan(inputs.planFile)
  const save = isOfOne ? [`--out=${inputs.planFile}`] : []
  const ended = await evenkeel.run(['plan', '--format=markdown', '--detailed-exitcode', ...save, ...wordsOf(inputs)])
  const message = messageOf('plan', inputs, ended)
  const body = message.body(`<sub>[this run](${platform.run})</sub>`)
  summarize(message.text)
  await comment(platform, { ...message, body, author: inputs.author })

  const isPlan = [0, 2, 4].includes(ended.exitCode)
  setOutput('exit-code', ended.exitCode)
  if (isPlan && existsSync(inputs.planFile)) setOutput('plan-file', inputs.planFile)
  if (ended.exitCode === 4) notify('warning', 'not everything could be read: the plan may be more than it says')
  if (!isPlan) notify('error', `evenkeel plan ended with ${ended.exitCode}; no plan is kept`)
  return isPlan ? 0 : ended.exitCode
}

/** Before anything else: a plan that fails or is forbidden must not leave an earlier one to be applied. */
function removePlan(path) {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path)) return
  if (!/^\s*\{\s*"kind"\s*:\s*"plan-file"/.test(readFileSync(path, 'utf8').slice(0, 200))) {
    throw new Error(`plan-file is ${path}, which holds something else than a plan; it is left as it is`)
  }
  rmSync(path)
}

/** Writes over the comment of an earlier run, or writes one; without a right to do so the summary has to do. */
async function comment({ pullRequest, patiently, list, request }, { markers, body, author }) {
  if (pullRequest === undefined) return
  try {
    await patiently(async () => {
      const comments = await list(`/issues/${pullRequest}/comments`)
      const earlier = comments.find((one) => isSame(one, markers, author))
      if (earlier) await request('PATCH', `/issues/comments/${earlier.id}`, { body })
      else await request('POST', `/issues/${pullRequest}/comments`, { body })
    })
  } catch (error) {
    // That the plan is not told must not stop what it is for; a token of a pull request from a fork may not write.
    if (!(error instanceof PlatformError)) throw error
    const why = error.status === 403 ? ' (a pull request from a fork, or no `pull-requests: write`)' : ''
    notify('warning', `the plan stands in the summary of this run alone${why}: ${error.message}`)
  }
}

function isFolder(path) {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
