// Locks named in the types they guard. clang checks them (-Wthread-safety); g++ reads them as
// prose.
#pragma once

#include <mutex>

#if defined(__clang__)
#define SALUS_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SALUS_THREAD_ATTRIBUTE(x)
#endif

#define SALUS_GUARDED_BY(mutex) SALUS_THREAD_ATTRIBUTE(guarded_by(mutex))
#define SALUS_REQUIRES(mutex) SALUS_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace salus {

class SALUS_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
public:
    void lock() SALUS_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
    void unlock() SALUS_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

private:
    std::mutex mutex_;
};

class SALUS_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex& mutex) SALUS_THREAD_ATTRIBUTE(acquire_capability(mutex))
        : mutex_(mutex) {
        mutex_.lock();
    }
    ~MutexLock() SALUS_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
    MutexLock(MutexLock const&) = delete;
    MutexLock& operator=(MutexLock const&) = delete;

private:
    Mutex& mutex_;
};

}  // namespace salus
