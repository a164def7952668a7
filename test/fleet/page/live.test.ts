import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { stackKey } from '../../../src/fleet/jobs/job.js'
import { heldWork, pageStack, pageWorld } from '../../support/fleet/page-world.js'

const worlds: ReturnType<typeof pageWorld>[] = []
afterAll(() => worlds.forEach(({ remove }) => remove()))
const made: typeof pageWorld = (...args) => {
  const world = pageWorld(...args)
  worlds.push(world)
  return world
}

describe('what goes on', () => {
  it('is told to who listens: who asks for the headers alone takes no place', async () => {
    const world = made([pageStack('a.stack.yaml')])
    for (let asked = 0; asked < 64; asked += 1) await world.head('/events')
    const answer = await world.get('/events')
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
  })

  it('is looked at anew each minute, whether or not anything was begun here', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const reader = (await made([pageStack('a.stack.yaml')]).get('/events')).body?.getReader()
    const first = await reader?.read()
    vi.setSystemTime(Date.now() + 60_000)
    expect(String((await reader?.read())?.value)).not.toBe(String(first?.value))
    await reader?.cancel()
  })

  it('is no litany where much ends at one time', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => `${index}.stack.yaml`)
    const world = made(ids.map((id) => pageStack(id)))
    const reader = (await world.get('/events')).body?.pipeThrough(new TextDecoderStream()).getReader()
    await world.post('/work', { all: 'drift' })
    let told = ''
    while (!told.includes('have ended')) told += (await reader?.read())?.value ?? ''
    expect(told).toContain('"said":["5 jobs have ended: 5 in sync"]')
    await reader?.cancel()
  })

  it('is told as it goes, and then the page ends it', async () => {
    const { work, end } = heldWork()
    const world = made([pageStack('a.stack.yaml')], { work })
    const answer = await world.get('/events')
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    await world.post('/work', { drift: stackKey('a.stack.yaml') })
    let told = ''
    const toldOf = async (words: string) => {
      while (!told.includes(words)) told += (await reader?.read())?.value ?? ''
    }
    await toldOf('a volume is made')
    end()
    await toldOf('drift report of a.stack.yaml: drift: 1 drifted')
    world.live.close()
    expect((await world.get('/events')).status).toBe(503)
    await reader?.cancel()
  })
})
