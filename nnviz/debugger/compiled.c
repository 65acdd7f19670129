/* The reductions of `layer_sums.py` and `histograms.py`, each in one reading of the memory.

   numpy reads an array once for each quantity; here a number is added to all of them while it is
   at hand. Numbers side by side are added to different sums, which are then added in their order:
   the compiler does several at once, and every processor finds the same bits, however many those
   are. NaN spreads as in numpy. Nothing is allocated, and nothing fails.

   The file is compiled as it stands (scripts/compile_hook.py) and reads itself twice, once for each
   type of numbers. */

#ifndef REAL

#include <math.h>
#include <stdint.h>

#define LANES 128    /* so many sums of a quantity lie side by side */
#define ABREAST 4    /* so many rows are added to them before they go back to memory */
#define TOGETHER 256 /* so many rows are added in their own precision, more of them in float64 */
#define CODES 256    /* numbers of bins are bytes, */
#define PORTION 512  /* found for so many values before they are counted, */
#define TABLES 4     /* in turns in different tables: neighbours are often in the same bin */

/* Compiled twice, and glibc chooses at the first call: with wide registers, where the processor has
   them. What is called by such a function has to be part of it. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define FAST __attribute__((target_clones("avx2", "default")))
#define INLINE static inline __attribute__((always_inline))
#else
#define FAST
#define INLINE static inline
#endif

#define SMALLER(x, y) ((x) < (y) ? (x) : (y))
#define LARGER(x, y) ((x) > (y) ? (x) : (y))

#define REAL float
#define OF(name) name##_float32
#include "compiled.c"
#undef REAL
#undef OF

#define REAL double
#define OF(name) name##_float64
#include "compiled.c"

#else

typedef struct {
    REAL low, high; /* what is less or more is outside */
    int counted;    /* whether that is of interest */
} OF(Bounds);

typedef struct {
    REAL sum[LANES], squares[LANES], smallest[LANES], largest[LANES], outside[LANES];
} OF(Lanes);

/* Add some rows, which begin `step` numbers apart, to the sums of their columns. */
INLINE void OF(add)(OF(Lanes) *restrict lanes, const REAL *restrict values, int64_t step,
                    int rows, int width, OF(Bounds) bounds)
{
    for (int j = 0; j < width; j++) {
        REAL sum = lanes->sum[j], squares = lanes->squares[j], outside = lanes->outside[j];
        REAL smallest = lanes->smallest[j], largest = lanes->largest[j];
        for (int row = 0; row < rows; row++) {
            REAL value = values[row * step + j];
            sum += value;
            squares += value * value;
            smallest = SMALLER(value, smallest);
            largest = LARGER(value, largest);
            if (bounds.counted)
                outside += value < bounds.low || value > bounds.high ? (REAL)1 : (REAL)0;
        }
        lanes->sum[j] = sum, lanes->squares[j] = squares, lanes->outside[j] = outside;
        lanes->smallest[j] = smallest, lanes->largest[j] = largest;
    }
}

/* The same for any number of rows, up to TOGETHER, from empty sums. */
INLINE void OF(add_up)(OF(Lanes) *restrict lanes, const REAL *values, int64_t step,
                       int64_t rows, int width, OF(Bounds) bounds)
{
    int64_t row = 0;
    for (int j = 0; j < width; j++) {
        lanes->sum[j] = lanes->squares[j] = lanes->outside[j] = 0;
        lanes->smallest[j] = INFINITY, lanes->largest[j] = -INFINITY;
    }
    for (; row + ABREAST <= rows; row += ABREAST)
        OF(add)(lanes, values + row * step, step, ABREAST, width, bounds);
    for (; row < rows; row++)
        OF(add)(lanes, values + row * step, step, 1, width, bounds);
}

/* Merge sums of columns into those of the whole array and into those of its units. */
INLINE void OF(merge)(const OF(Lanes) *lanes, int width, int64_t units, int64_t unit,
                      double *total, double *columns)
{
    double *sums = columns, *outside = columns + units, *largest = columns + 2 * units;
    for (int j = 0; j < width; j++) {
        int is_nan = lanes->squares[j] != lanes->squares[j];
        total[0] += lanes->sum[j];
        total[1] += lanes->squares[j];
        total[2] = SMALLER(lanes->smallest[j], total[2]);
        total[3] = LARGER(lanes->largest[j], total[3]);
        sums[unit] += lanes->sum[j];
        outside[unit] += lanes->outside[j];
        largest[unit] = is_nan ? NAN : LARGER(lanes->largest[j], largest[unit]);
        unit = unit + 1 < units ? unit + 1 : 0;
    }
}

/* Measure `values`, samples x units.
   total: sum, sum of squares, smallest and largest of all.
   columns: three rows of one number for each unit: the sum, how many values are outside of the
   bounds, the largest. */
INLINE void OF(array)(const REAL *values, int64_t samples, int64_t units, OF(Bounds) bounds,
                      double *total, double *columns)
{
    /* of a narrow array several samples make one row */
    int64_t fold = SMALLER(LARGER(LANES / units, 1), LARGER(samples, 1));
    int64_t step = fold * units, rows = samples / fold, rest = samples % fold * units;
    OF(Lanes) lanes;
    total[0] = total[1] = 0, total[2] = INFINITY, total[3] = -INFINITY;
    for (int64_t i = 0; i < 3 * units; i++)
        columns[i] = i < 2 * units ? 0 : -INFINITY;
    for (int64_t left = 0; left < step; left += LANES) {
        int width = (int)SMALLER(step - left, LANES);
        for (int64_t top = 0; top < rows; top += TOGETHER) {
            int64_t count = SMALLER(rows - top, TOGETHER);
            OF(add_up)(&lanes, values + top * step + left, step, count, width, bounds);
            OF(merge)(&lanes, width, units, left % units, total, columns);
        }
    }
    OF(add_up)(&lanes, values + rows * step, step, 1, (int)rest, bounds);
    OF(merge)(&lanes, (int)rest, units, 0, total, columns);
    if (total[1] != total[1]) /* a square is never negative: this is NaN only where a value is */
        total[2] = total[3] = NAN;
}

/* z, and then a, samples x units each: 4 + 3 x units numbers of z, then as many of a (`array`). */
FAST void OF(layer)(const REAL *za, int64_t samples, int64_t units, REAL low, REAL high,
                    double *found)
{
    int64_t room = 4 + 3 * units;
    OF(Bounds) none = {0, 0, 0}, saturation = {low, high, 1};
    OF(array)(za, samples, units, none, found, found + 4);
    found += room;
    OF(array)(za + samples * units, samples, units, saturation, found, found + 4);
}

/* Sums of W, |new - W|, and the squares of dW, W and new - W, all of `count` numbers. */
FAST void OF(parameters)(const REAL *restrict W, const REAL *restrict dW, const REAL *restrict new,
                         int64_t count, double *sums)
{
    enum { SIDE_BY_SIDE = 32 };
    for (int k = 0; k < 5; k++)
        sums[k] = 0;
    for (int64_t start = 0; start < count; start += TOGETHER * SIDE_BY_SIDE) {
        int64_t end = SMALLER(count, start + TOGETHER * SIDE_BY_SIDE);
        REAL lanes[5][SIDE_BY_SIDE] = {{0}};
        for (int64_t i = start; i < end; i += SIDE_BY_SIDE) {
            int width = (int)SMALLER(end - i, SIDE_BY_SIDE);
            for (int j = 0; j < width; j++) {
                REAL weight = W[i + j], gradient = dW[i + j], update = new[i + j] - weight;
                lanes[0][j] += weight;
                lanes[1][j] += update < 0 ? -update : update;
                lanes[2][j] += gradient * gradient;
                lanes[3][j] += weight * weight;
                lanes[4][j] += update * update;
            }
        }
        for (int k = 0; k < 5; k++)
            for (int j = 0; j < SIDE_BY_SIDE; j++)
                sums[k] += lanes[k][j];
    }
}

/* Count values by the whole part of (value - low) * scale, 0 to `last`; what lies outside is
   counted at either end. `counts` has last + 1 numbers, and last is less than CODES. */
FAST void OF(bins)(const REAL *restrict values, int64_t count, REAL low, REAL scale, int last,
                   int64_t *restrict counts)
{
    int64_t tables[TABLES][CODES] = {{0}};
    for (int64_t start = 0; start < count; start += PORTION) {
        int width = (int)SMALLER(count - start, PORTION);
        int codes[PORTION];
        for (int j = 0; j < width; j++) {
            REAL place = (values[start + j] - low) * scale;
            place = LARGER(place, 0); /* NaN, too */
            codes[j] = (int)SMALLER(place, last);
        }
        for (int j = 0; j < width; j++)
            tables[j % TABLES][codes[j]]++;
    }
    for (int code = 0; code <= last; code++) {
        counts[code] = 0;
        for (int table = 0; table < TABLES; table++)
            counts[code] += tables[table][code];
    }
}

#endif
