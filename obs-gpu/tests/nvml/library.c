/* What we call of NVML, for two devices that do not exist: the second has no encoder, no ECC memory and no events.
 *
 * STATE is a file of one line: a mode (ok, lost or gone), how many Xids there were, and the last one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, DRIVER_NOT_LOADED = 9, TIMEOUT = 10, LOST = 15 };

typedef unsigned long device;
typedef unsigned long long u64;

struct state { char mode[16]; unsigned xids, xid; };

static struct state state(void) {
    struct state s = { "ok", 0, 0 };
    FILE *file = fopen(STATE, "r");
    if (file) {
        if (fscanf(file, "%15s %u %u", s.mode, &s.xids, &s.xid) < 1) strcpy(s.mode, "ok");
        fclose(file);
    }
    return s;
}

/* Every question to a device begins with this. */
static int answer(device d) {
    struct state s = state();
    if (!strcmp(s.mode, "gone")) return DRIVER_NOT_LOADED;
    return d == 1 && !strcmp(s.mode, "lost") ? LOST : OK;
}

#define ASK(d) do { int said = answer(d); if (said) return said; } while (0)

int nvmlInit_v2(void) { return answer(0); }
int nvmlShutdown(void) { return OK; }
int nvmlSystemGetDriverVersion(char *version, unsigned size) { snprintf(version, size, "570.1"); return OK; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return answer(0); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, device *d) { *d = index + 1; return OK; }
int nvmlDeviceGetUUID(device d, char *uuid, unsigned size) { snprintf(uuid, size, "GPU-%lu", d); return OK; }
int nvmlDeviceGetName(device d, char *name, unsigned size) { snprintf(name, size, "Model %lu", d); return OK; }

int nvmlDeviceGetHandleByUUID(const char *uuid, device *d) {
    *d = 9;
    return strcmp(uuid, "MIG-2") ? NOT_FOUND : OK;
}
int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device slice, device *d) { *d = 2; return slice == 9 ? OK : NOT_FOUND; }

struct pci { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; };
int nvmlDeviceGetPciInfo_v3(device d, struct pci *pci) {
    memset(pci, 0, sizeof *pci);
    snprintf(pci->bus_id, sizeof pci->bus_id, "00000000:%lu7:00.0", d);
    return OK;
}

int nvmlDeviceGetUtilizationRates(device d, unsigned rates[2]) { ASK(d); rates[0] = 61; rates[1] = 22; return OK; }
int nvmlDeviceGetEncoderUtilization(device d, unsigned *percent, unsigned *period) {
    ASK(d); *percent = 7; *period = 1000; return d == 1 ? OK : NOT_SUPPORTED;
}
int nvmlDeviceGetDecoderUtilization(device d, unsigned *percent, unsigned *period) {
    ASK(d); *percent = 8; *period = 1000; return OK;
}

struct memory { unsigned version; u64 total, reserved, free, used; };
int nvmlDeviceGetMemoryInfo_v2(device d, struct memory *memory) {
    ASK(d); memory->total = 1000; memory->reserved = 50; memory->free = 250; memory->used = 700; return OK;
}

struct process { unsigned pid; u64 bytes; unsigned gpu_instance, compute_instance; };
int nvmlDeviceGetComputeRunningProcesses_v3(device d, unsigned *count, struct process *list) {
    ASK(d);
    struct process all[2] = { { 1, 99, ~0u, ~0u }, { (unsigned)getpid(), 640, ~0u, ~0u } };
    int fits = *count >= 2 && list;
    if (fits) memcpy(list, all, sizeof all);
    *count = 2;
    return fits ? OK : INSUFFICIENT_SIZE;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(device d, unsigned *count, struct process *list) {
    ASK(d); (void)list; *count = 0; return OK;
}

int nvmlDeviceGetTemperature(device d, int sensor, unsigned *celsius) { ASK(d); *celsius = 55 + sensor; return OK; }
int nvmlDeviceGetPowerUsage(device d, unsigned *milliwatts) { ASK(d); *milliwatts = 101500; return OK; }
int nvmlDeviceGetTotalEnergyConsumption(device d, u64 *millijoules) { ASK(d); *millijoules = 2500; return OK; }
/* Domain 1 is the SMs', 2 the memory's. */
int nvmlDeviceGetClockInfo(device d, int domain, unsigned *mhz) { ASK(d); *mhz = 1000u * (unsigned)domain; return OK; }
/* Counter 0 is what is sent, 1 what is received. */
int nvmlDeviceGetPcieThroughput(device d, int counter, unsigned *kb) { ASK(d); *kb = 10u + (unsigned)counter; return OK; }
/* Type 0 is corrected, 1 is not; counter 0 is since the driver was loaded. */
int nvmlDeviceGetTotalEccErrors(device d, int type, int counter, u64 *errors) {
    ASK(d); *errors = 40u + (unsigned)type + 100u * (unsigned)counter; return d == 1 ? OK : NOT_SUPPORTED;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(device d, u64 *reasons) { ASK(d); *reasons = 0x41; return OK; }

int nvmlDeviceGetSupportedEventTypes(device d, u64 *types) { *types = d == 1 ? 8 : 0; return OK; }
int nvmlEventSetCreate(unsigned long *set) { *set = 77; return OK; }
int nvmlEventSetFree(unsigned long set) { return set == 77 ? OK : NOT_FOUND; }
int nvmlDeviceRegisterEvents(device d, u64 types, unsigned long set) { return d == 1 && types == 8 && set == 77 ? OK : NOT_SUPPORTED; }

struct event { device d; u64 type, data; unsigned gpu_instance, compute_instance; };
int nvmlEventSetWait_v2(unsigned long set, struct event *event, unsigned timeout) {
    static unsigned told = 0;
    struct state s = state();
    (void)set; (void)timeout;
    if (told >= s.xids) return TIMEOUT;
    told++;
    memset(event, 0, sizeof *event);
    event->d = 1; event->type = 8; event->data = s.xid;
    return OK;
}
