#include "audit/volume.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/access.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

Result<void> write_all(int descriptor, std::uint64_t offset, BytesView bytes) {
    while (!bytes.empty()) {
        auto const count =
            ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return fail(Errc::unavailable, "a segment could not be written");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

class DiskSegmentFile final : public SegmentFile {
public:
    DiskSegmentFile(FileDescriptor file, std::filesystem::path path)
        : file_(std::move(file)), path_(std::move(path)) {}

    Result<void> write(std::uint64_t offset, BytesView bytes) override {
        return write_all(file_.get(), offset, bytes);
    }

    Result<void> sync() override {
        if (::fdatasync(file_.get()) != 0) {
            return fail(Errc::unavailable, "a segment could not be synced");
        }
        return {};
    }

    Result<void> check_live() override {
        struct stat open_file{};
        struct stat named{};
        if (::fstat(file_.get(), &open_file) != 0 || open_file.st_nlink == 0 ||
            ::lstat(path_.c_str(), &named) != 0 || named.st_ino != open_file.st_ino ||
            named.st_dev != open_file.st_dev) {
            return fail(Errc::unavailable, "the live segment was removed or replaced");
        }
        return {};
    }

private:
    FileDescriptor file_;
    std::filesystem::path path_;
};

Result<void> fill_with_zeros(int descriptor, std::uint64_t bytes) {
    // Synced in steps, so that the log's own syncs do not wait behind a whole segment.
    constexpr std::uint64_t kStep = 4 * limits::kMiB;
    Bytes const zeros(std::min<std::uint64_t>(bytes, kStep));
    for (std::uint64_t offset = 0; offset < bytes; offset += zeros.size()) {
        auto const size = std::min<std::uint64_t>(zeros.size(), bytes - offset);
        SALUS_TRY_VOID(
            write_all(descriptor, offset, BytesView(zeros).first(static_cast<std::size_t>(size))));
        if (::fdatasync(descriptor) != 0) return fail(Errc::unavailable, "fsync failed");
    }
    if (::fsync(descriptor) != 0) return fail(Errc::unavailable, "fsync failed");
    return {};
}

}  // namespace

Result<void> DiskVolume::create(std::filesystem::path const& path, std::uint64_t bytes) {
    auto temporary = path;
    temporary += ".new";
    // What is left of an attempt that failed or crashed.
    ::unlink(temporary.c_str());
    FileDescriptor const file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid() || ::fchmod(file.get(), file_mode_in(path.parent_path())) != 0) {
        return fail(Errc::unavailable, "a segment could not be created");
    }
    auto result = fill_with_zeros(file.get(), bytes);
    if (result &&
        ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
        result = fail(Errc::unavailable, "a segment could not take its name");
    }
    if (!result) {
        ::unlink(temporary.c_str());  // gives the space of a half-made segment back
        return result;
    }
    if (!sync_directory(path.parent_path())) {
        return fail(Errc::unavailable, "the audit directory could not be synced");
    }
    return {};
}

Result<std::unique_ptr<SegmentFile>> DiskVolume::open(std::filesystem::path const& path) {
    // AUD-4: what writes the log cannot read it.
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) return fail(Errc::unavailable, "a segment could not be opened");
    return std::unique_ptr<SegmentFile>(std::make_unique<DiskSegmentFile>(std::move(file), path));
}

}  // namespace salus::audit
