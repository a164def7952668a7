import { afterAll } from 'vitest'
import { cleanUp } from './after-tests.js'

// Run anew for each test file. Files that share a thread share their modules: what one of those registers while it is
// loaded belongs to the first file alone.
afterAll(cleanUp)
