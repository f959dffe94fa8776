import { defineConfig } from 'vite';

/** CommonJS with proto bundled in, so that the packed agent installs alone in an empty folder. */
export default defineConfig({
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: {
        index: 'src/index.ts',
        register: 'src/register.ts',
        'exit-upload': 'src/exit-upload.ts',
        doctor: 'src/doctor.ts',
        'oom-upload': 'src/oom-upload.ts',
      },
      output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  ssr: { noExternal: ['@flamehouse/proto'], external: ['@datadog/pprof', 'pprof-format'] },
});
