/** How long one 1024² frame of 16 bits takes to get onto a canvas, by the graphics processor and by the processor. */
export interface DrawingTrial {
  readonly gpuMs: number | null;
  /** Null when nothing else can draw. */
  readonly cpuMs: number | null;
}

const side = 1024;
const rounds = 4;

/** Median of a few rounds after a first that does not count. */
function medianMs(work: () => void): number {
  work();
  const times = Array.from({ length: rounds }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  }).sort((p, q) => p - q);
  return times[rounds >> 1] ?? 0;
}

function cpuMs(frame: Uint16Array): number {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const image = new ImageData(side, side);
  const words = new Uint32Array(image.data.buffer);
  const greys = Uint32Array.from({ length: 65536 }, (_, value) => 0xff000000 | ((value >> 4) * 0x010101));
  return medianMs(() => {
    for (let i = 0; i < frame.length; i++) words[i] = greys[frame[i] ?? 0] ?? 0;
    context?.putImageData(image, 0, 0);
  });
}

const vertexSource = `#version 300 es
out vec2 at;
void main() { at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0; gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0); }`;
const fragmentSource = `#version 300 es
precision highp float;
uniform sampler2D frame;
in vec2 at;
out vec4 colour;
void main() { float v = texture(frame, at).r / 4096.0; colour = vec4(v, v, v, 1.0); }`;

function programOf(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** Names of what stands in for a graphics processor: it has the same interface and takes several times as long as the processor itself. */
export const isSoftwareRasterizer = (renderer: string): boolean => /swiftshader|llvmpipe|softpipe|microsoft basic render/i.test(renderer);

function isSoftware(gl: WebGL2RenderingContext): boolean {
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return names !== null && isSoftwareRasterizer(String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)));
}

/** Null when there is no WebGL 2 but in software. A pixel is read back, since the calls themselves return before anything is drawn. */
function gpuMs(frame: Float32Array): number | null {
  const gl = new OffscreenCanvas(side, side).getContext('webgl2', { antialias: false, depth: false });
  if (!gl) return null;
  const program = isSoftware(gl) ? null : programOf(gl);
  if (!program) {
    gl.getExtension('WEBGL_lose_context')?.loseContext();
    return null;
  }
  // biome-ignore lint/correctness/useHookAtTopLevel: a WebGL call, not a hook
  gl.useProgram(program);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  const pixel = new Uint8Array(4);
  const ms = medianMs(() => {
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, side, side, 0, gl.RED, gl.FLOAT, frame);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  });
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return ms;
}

/** Draws a few frames both ways, out of sight: some tens of milliseconds, once a page. */
export function tryDrawing(): DrawingTrial {
  const frame = new Float32Array(side * side);
  for (let i = 0; i < frame.length; i++) frame[i] = (i * 7919) & 4095;
  const gpu = gpuMs(frame);
  // Without a graphics processor there is nothing to compare.
  return { gpuMs: gpu, cpuMs: gpu === null ? null : cpuMs(Uint16Array.from(frame)) };
}

/** What Cornerstone adds to a frame on the graphics processor against the bare drawing that was tried (measured: about twice). */
const gpuOverhead = 2;

/** Whether the graphics processor is clearly the quicker one here. */
export const gpuIsQuicker = ({ gpuMs, cpuMs }: DrawingTrial): boolean => gpuMs !== null && cpuMs !== null && gpuMs * gpuOverhead < cpuMs;
