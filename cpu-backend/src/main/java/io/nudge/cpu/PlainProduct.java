package io.nudge.cpu;

/** The product in plain Java loops. */
final class PlainProduct implements Product {
    @Override
    public String name() {
        return "plain Java products";
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aAt,
            boolean ta,
            float[] b,
            int bAt,
            boolean tb,
            float beta,
            float[] c,
            int cAt) {
        int aRow = ta ? 1 : k;
        int aColumn = ta ? m : 1;
        int bRow = tb ? 1 : n;
        int bColumn = tb ? k : 1;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aAt + i * aRow + p * aColumn] * b[bAt + p * bRow + j * bColumn];
                }
                int at = cAt + i * n + j;
                c[at] = beta == 0 ? alpha * sum : alpha * sum + beta * c[at];
            }
        }
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int aAt,
            boolean ta,
            double[] b,
            int bAt,
            boolean tb,
            double beta,
            double[] c,
            int cAt) {
        int aRow = ta ? 1 : k;
        int aColumn = ta ? m : 1;
        int bRow = tb ? 1 : n;
        int bColumn = tb ? k : 1;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aAt + i * aRow + p * aColumn] * b[bAt + p * bRow + j * bColumn];
                }
                int at = cAt + i * n + j;
                c[at] = beta == 0 ? alpha * sum : alpha * sum + beta * c[at];
            }
        }
    }
}
