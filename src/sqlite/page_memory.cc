#include "sqlite/page_memory.h"

#include <memory>
#include <sqlite3.h>
#include <sys/mman.h>

#include "foundation/limits.h"

namespace salus::sqlite {
namespace {

constexpr std::size_t kPageBytes = 8 * limits::kKiB;  // of every file of ours
constexpr std::size_t kHugePageBytes = 2 * limits::kMiB;

}  // namespace

Result<void> reserve_page_memory(std::size_t bytes) {
    // With room to begin where a huge page does.
    void* const memory = ::mmap(nullptr, bytes + kHugePageBytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail(Errc::unavailable, "no memory for pages");
    void* begin = memory;
    std::size_t room = bytes + kHugePageBytes;
    std::align(kHugePageBytes, bytes, begin, room);
    // A kernel without huge pages does as well, with more faults.
    static_cast<void>(::madvise(begin, bytes, MADV_HUGEPAGE));
    int header = 0;
    sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &header);
    auto const slot = kPageBytes + static_cast<std::size_t>(header);
    auto const slots = bytes / slot;
    if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, begin, static_cast<int>(slot),
                       static_cast<int>(slots)) != SQLITE_OK) {
        ::munmap(memory, bytes + kHugePageBytes);
        return fail(Errc::internal, "pages have memory already");
    }
    return {};
}

}  // namespace salus::sqlite
