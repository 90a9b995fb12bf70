import { defineConfig } from 'vitest/config'

// Pictures of the four surfaces for people to look at: npm run shots.
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    include: ['shots.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
})
