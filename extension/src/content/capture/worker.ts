/** The encoder as a worker: started from a blob in the page, or by the capture frame, which hands it a port. */
import { encode, payload } from "./encoder";
import type { Answer, Job } from "./worker_client";

/** In workers alone, and so not among the page's types. */
declare const FileReaderSync: new () => { readAsDataURL(blob: Blob): string };

interface Endpoint {
  postMessage(message: Answer): void;
  onmessage: ((event: MessageEvent<Job>) => void) | null;
}

function serve(endpoint: Endpoint): void {
  endpoint.onmessage = async ({ data, ports: [port] }) => {
    if (port) return serve(port);
    endpoint.postMessage(await answer(data));
  };
}

async function answer(job: Job): Promise<Answer> {
  if (job.kind === "sleep") {
    await new Promise((done) => setTimeout(done, job.ms));
    return { id: job.id };
  }
  let image: VideoFrame | ImageBitmap | undefined;
  try {
    image = "data" in job.image ? new VideoFrame(job.image.data, job.image.init) : job.image;
    const blob = encode(image, job.region, job.detail);
    return { id: job.id, jpeg: payload(new FileReaderSync().readAsDataURL(await blob)) };
  } catch (error) {
    return { id: job.id, error: String(error) };
  } finally {
    image?.close();
  }
}

serve(self as unknown as Endpoint);
