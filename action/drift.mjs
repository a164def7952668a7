import { wordsOf } from './arguments.mjs'
import { isSame, messageOf } from './message.mjs'
import { PlatformError } from './platform.mjs'
import { notify, setOutput, summarize } from './runner.mjs'

/** What becomes of the issue, and whether the job goes on, by evenkeel's exit status. */
const endings = {
  0: { issue: 'close', returned: 0, told: ['notice', 'in sync'] },
  2: { issue: 'open', returned: 0, told: ['warning', 'drift'] },
  3: { issue: 'close', returned: 0, told: ['notice', 'no drift; changes of the file wait for an apply'] },
  // Whoever is not told that nobody could look takes silence for good news.
  4: { issue: 'update', returned: 4, told: ['error', 'not everything could be read'] },
}
const failure = { issue: 'leave', told: ['error', 'evenkeel drift failed; the issue is as it was'] }

/** Looks for drift, and tells it in one issue, which is closed when there is none. Returns 0 where everything could be read. */
export async function drift(inputs, evenkeel, platform) {
  const ended = await evenkeel.run(['drift', '--format=markdown', ...wordsOf(inputs)])
  const message = messageOf('drift', inputs, ended)
  const { issue, returned = ended.exitCode, told } = endings[ended.exitCode] ?? failure
  summarize(message.text)
  setOutput('exit-code', ended.exitCode)
  notify(told[0], `${message.subject}: ${told[1]}`)
  try {
    await tell(issue, platform, message, inputs.author)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    // Drift that nobody is told of is as good as not looked for.
    const why = error.status === 403 ? ' (the job needs `issues: write`)' : ''
    notify('error', `the issue could not be written${why}: ${error.message}`)
    return 1
  }
  return returned
}

async function tell(what, { patiently, list, request, run }, message, author) {
  if (what === 'leave') return
  const body = message.body(`<sub>[this run](${run})</sub>`)
  await patiently(async () => {
    const all = await list('/issues?state=open')
    const open = all.filter((one) => one.pull_request === undefined && isSame(one, message.markers, author))
    if (what === 'close') {
      for (const { number } of open) {
        await request('PATCH', `/issues/${number}`, { state: 'closed', state_reason: 'completed', body })
      }
    } else if (open.length > 0) await request('PATCH', `/issues/${open[0].number}`, { body })
    else if (what === 'open') await request('POST', '/issues', { title: `Drift of ${message.subject}`, body })
  })
}
