/* A driver library as NVIDIA's, for machines that have none: what FAKE_NVML says is installed.
 *   plain      two GPUs
 *   meterless  two GPUs that do not count their energy, nor tell their power
 *   cut        a GPU in two slices, of which it could have seven, and a plain one
 *   lost       two GPUs, the first of which fell off the bus
 *   broken     a driver that does not answer
 * Signatures and numbers are those of nvml.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { int whole, part; } Gpu; /* part -1: the whole of it */
typedef Gpu *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15 };

static Gpu gpus[] = {{0, -1}, {1, -1}, {0, 0}, {0, 1}};
static const char *uuids[] = {
    "GPU-aaaaaaaa-0000-0000-0000-000000000000", "GPU-aabbbbbb-0000-0000-0000-000000000000",
    "MIG-cccccccc-0000-0000-0000-000000000000", "MIG-dddddddd-0000-0000-0000-000000000000"};

static int is(const char *scenario) {
    const char *asked = getenv("FAKE_NVML");
    return asked != NULL && strcmp(asked, scenario) == 0;
}

int nvmlInitWithFlags(unsigned int flags) { return is("broken") ? DRIVER_NOT_LOADED : SUCCESS; }

const char *nvmlErrorString(int code) {
    switch (code) {
    case DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case GPU_IS_LOST: return "GPU is lost";
    default: return "Not Supported";
    }
}

int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 2; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *gpu) {
    if (is("lost") && index == 0) return GPU_IS_LOST;
    *gpu = &gpus[index];
    return SUCCESS;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *gpu) {
    for (int i = 0; i < 4; i++)
        if (strcmp(uuid, uuids[i]) == 0) { *gpu = &gpus[i]; return SUCCESS; }
    return NOT_FOUND;
}

int nvmlDeviceGetUUID(nvmlDevice_t gpu, char *uuid, unsigned int length) {
    snprintf(uuid, length, "%s", uuids[gpu - gpus]);
    return SUCCESS;
}

int nvmlDeviceGetName(nvmlDevice_t gpu, char *name, unsigned int length) {
    snprintf(name, length, "NVIDIA %s%s", gpu->whole ? "A100" : "H100", gpu->part < 0 ? "" : " MIG 3g.40gb");
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(nvmlDevice_t gpu, nvmlMemory_t *memory) {
    memory->total = (gpu->part < 0 ? 80ULL : 40ULL) << 30;
    memory->used = 12ULL << 30;
    memory->free = memory->total - memory->used;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(nvmlDevice_t gpu, unsigned int *current, unsigned int *pending) {
    if (!is("cut")) return NOT_SUPPORTED;
    *current = *pending = gpu->whole == 0;
    return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t gpu, unsigned int *count) { *count = 7; return SUCCESS; }

int nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t gpu, unsigned int index, nvmlDevice_t *part) {
    if (index > 1) return NOT_FOUND;
    *part = &gpus[2 + index];
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(nvmlDevice_t gpu, nvmlUtilization_t *use) {
    if (gpu->part >= 0) return NOT_SUPPORTED;
    use->gpu = 83;
    use->memory = 20;
    return SUCCESS;
}

int nvmlDeviceGetTemperature(nvmlDevice_t gpu, int sensor, unsigned int *celsius) {
    if (gpu->part >= 0) return NOT_SUPPORTED;
    *celsius = 61;
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(nvmlDevice_t gpu, unsigned int *milliwatts) {
    if (is("meterless") || gpu->part >= 0) return NOT_SUPPORTED;
    *milliwatts = 300000;
    return SUCCESS;
}

/* At those 300 W since the machine started. */
int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t gpu, unsigned long long *millijoules) {
    struct timespec now;
    if (is("meterless") || gpu->part >= 0) return NOT_SUPPORTED;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *millijoules = 300000ULL * now.tv_sec + 300000ULL * (now.tv_nsec / 1000000) / 1000;
    return SUCCESS;
}
