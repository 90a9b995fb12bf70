import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canScan, scan } from './scanner'

const stopped = vi.fn()
/** What the camera sees, look by look. */
let sights: string[]

beforeEach(() => {
  vi.useFakeTimers()
  stopped.mockClear()
  vi.stubGlobal(
    'BarcodeDetector',
    class {
      async detect() {
        const text = sights.shift()
        return text ? [{ rawValue: text }] : []
      }
    },
  )
  const mediaDevices = { getUserMedia: async () => ({ getTracks: () => [{ stop: stopped }] }) }
  vi.stubGlobal('navigator', { mediaDevices })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const video = () => ({ readyState: 4, srcObject: null, play: async () => {} }) as unknown as HTMLVideoElement

describe('the camera', () => {
  it('tells each code once while it is in sight, and is stopped', async () => {
    sights = ['', 'a', 'a', 'b', 'a']
    const found: string[] = []
    const camera = await scan(video(), (text) => found.push(text))
    await vi.advanceTimersByTimeAsync(1_200)
    expect(found).toEqual(['a', 'b', 'a'])
    camera.stop()
    sights = ['c']
    await vi.advanceTimersByTimeAsync(1_000)
    expect(found).toHaveLength(3)
    expect(stopped).toHaveBeenCalledOnce()
  })

  it('is let go when it cannot be shown', async () => {
    const broken = video()
    broken.play = async () => Promise.reject(new Error('no picture'))
    await expect(scan(broken, () => {})).rejects.toThrow('no picture')
    expect(stopped).toHaveBeenCalledOnce()
  })

  it('is not offered where the browser cannot read codes or gives no camera', () => {
    expect(canScan()).toBe(true)
    vi.stubGlobal('navigator', {})
    expect(canScan()).toBe(false)
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => {} } })
    vi.stubGlobal('BarcodeDetector', undefined)
    expect(canScan()).toBe(false)
  })
})
