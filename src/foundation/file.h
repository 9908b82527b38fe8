// Files, with the care that durable data needs. Thread safety: values; a FileDescriptor has one
// owner. Errors: Errc::not_found when a path does not exist, Errc::internal for everything else;
// paths are never part of an error, because a Literal cannot carry them.
#pragma once

#include <filesystem>
#include <string_view>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus {

// Owns an open descriptor and closes it.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int value) noexcept : value_(value) {}
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(FileDescriptor const&) = delete;
    FileDescriptor& operator=(FileDescriptor const&) = delete;
    ~FileDescriptor();
    [[nodiscard]] int get() const noexcept { return value_; }
    [[nodiscard]] bool valid() const noexcept { return value_ >= 0; }

private:
    int value_ = -1;
};

enum class FileAccess {
    private_to_owner,  // mode 0600: keys, configuration, data
    readable_by_all,   // mode 0644: certificates, public keys
};

[[nodiscard]] Result<Bytes> read_file(std::filesystem::path const& path, std::size_t bytes_max);
// Replaces the file so that after a crash it holds either the old or the new contents: write to a
// temporary file beside it, fsync, rename, fsync the directory.
[[nodiscard]] Result<void> write_file_durably(std::filesystem::path const& path, BytesView contents,
                                              FileAccess access);
[[nodiscard]] Result<void> sync_directory(std::filesystem::path const& directory);
// Creates the directory, mode 0700, if it is absent.
[[nodiscard]] Result<void> make_private_directory(std::filesystem::path const& directory);

// Holds an advisory lock on a file for as long as it lives, so that one process uses an instance.
class FileLock {
public:
    // Errc::conflict when another process holds it.
    static Result<FileLock> acquire(std::filesystem::path const& path);

private:
    explicit FileLock(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    FileDescriptor descriptor_;
};

}  // namespace salus
