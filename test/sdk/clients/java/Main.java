import io.pyroscope.javaagent.PyroscopeAgent;
import io.pyroscope.labels.v2.LabelsSet;
import io.pyroscope.labels.v2.Pyroscope;

/**
 * A lightly loaded program that io.pyroscope:agent profiles; the agent reads its settings from PYROSCOPE_*.
 * Argument: seconds to run.
 */
public class Main {
    static volatile long result;
    static final Object lock = new Object();
    static final byte[][] kept = new byte[64][];

    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    static void contend() throws InterruptedException {
        synchronized (lock) {
            Thread.sleep(20);
        }
    }

    public static void main(String[] args) throws Exception {
        long end = System.nanoTime() + 1_000_000_000L * Integer.parseInt(args[0]);
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> {
                try {
                    while (true) contend();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }, "contender-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        while (System.nanoTime() < end) {
            Pyroscope.LabelsWrapper.run(new LabelsSet("controller", "slow"), () -> result += fib(28));
            for (int i = 0; i < kept.length; i++) kept[i] = new byte[16 * 1024];
            Thread.sleep(40);
        }
        PyroscopeAgent.stop();
        // The agent uploads from a queue of its own, on a daemon thread, and offers no way to wait for it.
        Thread.sleep(1500);
        System.out.println("done");
        System.exit(0);
    }
}
