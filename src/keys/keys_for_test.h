// For the room's tests: a directory that goes away, a cheap sealed-file service, and a search of
// the whole process's memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/password.h"
#include "crypto/random.h"
#include "foundation/check.h"
#include "foundation/file.h"
#include "foundation/secret.h"
#include "foundation/strong_id.h"
#include "keys/sealed_file/sealed_file_service.h"

namespace salus::keys {

inline constexpr crypto::ScryptCost kCheap{.n = 16, .r = 1, .p = 1};
inline constexpr char const* kRealm = "test-realm";

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "salus-keys-XXXXXX").string();
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(TemporaryDirectory const&) = delete;
    TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
    [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

inline SecretBytes secret_of(std::string_view text) {
    return SecretBytes(bytes_of(text));
}

// Without the fsync of write_file_durably, for tests that try hundreds of files.
inline void write_quickly(std::filesystem::path const& path, BytesView contents) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text_of(contents);
    SALUS_CHECK(file.good());
}

inline CompartmentId compartment_of(std::uint64_t number) {
    Bytes bytes;
    append_u64(bytes, (number << 56U) | (number >> 8U));  // the first byte chooses the shard
    append_u64(bytes, number);
    return CompartmentId::from(bytes);
}

inline std::unique_ptr<SealedFileService> make_service(std::filesystem::path const& directory,
                                                       crypto::Random& random) {
    auto service = SealedFileService::create(directory / "root.sealed", secret_of("passphrase"),
                                             kRealm, random, kCheap);
    SALUS_CHECK(service.has_value());
    return *std::move(service);
}

// Remembers a key without holding it: masked, so that the search finds only what others left.
class MemorySearch {
public:
    explicit MemorySearch(BytesView key) {
        SALUS_CHECK(key.size() == sizeof masked_);
        for (std::size_t i = 0; i < sizeof masked_; ++i) {
            masked_[i] = static_cast<std::uint8_t>(key[i] ^ kMask);
        }
    }

    // How often the key stands in this process's readable memory, by /proc/self/mem.
    [[nodiscard]] std::size_t count() const {
        // A mapping of its own, which the search leaves out.
        void* const buffer = ::mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        SALUS_CHECK(buffer != MAP_FAILED);
        // Other advice than its neighbours', or the kernel could merge it with one of them.
        SALUS_CHECK(::madvise(buffer, kBufferBytes, MADV_DONTFORK) == 0);
        FileDescriptor const memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
        SALUS_CHECK(memory.valid());
        std::size_t found = 0;
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            std::uintptr_t start = 0;
            std::uintptr_t end = 0;
            char readable = 0;
            if (std::sscanf(line.c_str(), "%lx-%lx %c", &start, &end, &readable) != 3) continue;
            bool const is_buffer = start == reinterpret_cast<std::uintptr_t>(buffer);
            // A sanitizer's shadow memory is terabytes of nothing.
            bool const is_shadow = end - start > (std::uintptr_t{1} << 32U);
            if (readable != 'r' || is_buffer || is_shadow) continue;
            found += count_in(memory.get(), start, end, static_cast<std::uint8_t*>(buffer));
        }
        explicit_bzero(buffer, kBufferBytes);
        ::munmap(buffer, kBufferBytes);
        return found;
    }

private:
    static constexpr std::size_t kBufferBytes = std::size_t{1024} * 1024;
    static constexpr std::uint8_t kMask = 0x5C;

    [[nodiscard]] std::size_t count_in(int memory, std::uintptr_t start, std::uintptr_t end,
                                       std::uint8_t* buffer) const {
        std::size_t found = 0;
        while (start + sizeof masked_ <= end) {
            auto const wanted = std::min<std::size_t>(kBufferBytes, end - start);
            auto const got = ::pread(memory, buffer, wanted, static_cast<off_t>(start));
            if (got < static_cast<ssize_t>(sizeof masked_)) return found;
            auto const last = static_cast<std::size_t>(got) - sizeof masked_;
            for (std::size_t i = 0; i <= last; ++i) {
                // To the next place where the first byte fits: one byte gives nothing away.
                auto const* next = std::memchr(buffer + i, masked_[0] ^ kMask, last + 1 - i);
                if (next == nullptr) break;
                i = static_cast<std::size_t>(static_cast<std::uint8_t const*>(next) - buffer);
                found += stands_at(buffer + i) ? 1U : 0U;
            }
            start += last + 1;
        }
        return found;
    }
    [[nodiscard]] bool stands_at(std::uint8_t const* bytes) const {
        for (std::size_t i = 0; i < sizeof masked_; ++i) {
            if ((bytes[i] ^ kMask) != masked_[i]) return false;
        }
        return true;
    }

    std::uint8_t masked_[32];
};

}  // namespace salus::keys
