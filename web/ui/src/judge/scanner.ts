// Reading a QR code with the tablet's camera, where the browser can: BarcodeDetector and a camera, which browsers give
// to pages over TLS only. Elsewhere codes are typed, or read by the tablet's own camera app, which opens the page.

/** What BarcodeDetector gives (Chromium on Android, ChromeOS and macOS; Safari has none). */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
type DetectorClass = new (options: { formats: string[] }) => Detector

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
}

/** Whether a code can be read by camera on this page. */
export function canScan(): boolean {
  return !!detectorClass() && !!navigator.mediaDevices?.getUserMedia
}

/** How often (ms) a picture is looked at. */
const lookEvery = 200

/** A camera that looks for codes until it is stopped. */
export interface Scan {
  stop: () => void
}

/**
 * Shows the camera in `video` and calls `found` with each text that is read; a code that stays in sight is told once.
 * Rejects when there is no camera or it is refused.
 */
export async function scan(video: HTMLVideoElement, found: (text: string) => void): Promise<Scan> {
  const Barcodes = detectorClass()
  if (!Barcodes) throw new Error('no BarcodeDetector')
  const detector = new Barcodes({ formats: ['qr_code'] })
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  let last = ''
  let busy = false
  const timer = setInterval(() => void look(), lookEvery)

  async function look(): Promise<void> {
    if (busy || video.readyState < 2) return
    busy = true
    try {
      const [code] = await detector.detect(video)
      if (code && code.rawValue !== last) {
        last = code.rawValue
        found(code.rawValue)
      }
    } catch (error) {
      console.error('the picture could not be read', error)
    } finally {
      busy = false
    }
  }

  function stop(): void {
    clearInterval(timer)
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }

  try {
    video.srcObject = stream
    await video.play()
  } catch (error) {
    stop()
    throw error
  }
  return { stop }
}
