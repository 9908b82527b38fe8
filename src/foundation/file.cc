#include "foundation/file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "foundation/replace_file.h"

namespace salus {
namespace {

Result<void> write_all(int descriptor, BytesView contents) {
    while (!contents.empty()) {
        auto const written = ::write(descriptor, contents.data(), contents.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail(Errc::internal, "a file could not be written");
        contents = contents.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : value_(std::exchange(other.value_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
}

Result<Bytes> read_file(std::filesystem::path const& path, std::size_t bytes_max) {
    FileDescriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        if (errno == ENOENT) return fail(Errc::not_found, "the file does not exist");
        return fail(Errc::internal, "a file could not be opened");
    }
    Bytes contents;
    std::array<std::uint8_t, std::size_t{64} * 1024> piece{};
    while (true) {
        auto const count = ::read(file.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::internal, "a file could not be read");
        if (count == 0) return contents;
        append(contents, BytesView(piece).first(static_cast<std::size_t>(count)));
        if (contents.size() > bytes_max) return fail(Errc::too_large, "a file is too large");
    }
}

Result<void> write_file_durably(std::filesystem::path const& path, BytesView contents,
                                FileAccess access) {
    mode_t const mode = access == FileAccess::private_to_owner ? 0600 : 0644;
    return replace_file_durably(path, contents, mode);
}

Result<void> replace_file_durably(std::filesystem::path const& path, BytesView contents,
                                  mode_t mode) {
    auto temporary = path;
    temporary += ".new";
    {
        FileDescriptor const file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
        if (!file.valid()) return fail(Errc::internal, "a file could not be created");
        // The mode must not depend on the umask or on a file left over from a crash.
        if (::fchmod(file.get(), mode) != 0) return fail(Errc::internal, "chmod failed");
        SALUS_TRY_VOID(write_all(file.get(), contents));
        if (::fsync(file.get()) != 0) return fail(Errc::internal, "fsync failed");
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return fail(Errc::internal, "a file could not be replaced");
    }
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Result<void> sync_directory(std::filesystem::path const& directory) {
    FileDescriptor const handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle.valid()) return fail(Errc::internal, "a directory could not be opened");
    if (::fsync(handle.get()) != 0) return fail(Errc::internal, "fsync of a directory failed");
    return {};
}

Result<void> make_private_directory(std::filesystem::path const& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0) {
        return sync_directory(directory.has_parent_path() ? directory.parent_path() : ".");
    }
    if (errno != EEXIST) return fail(Errc::internal, "a directory could not be created");
    return {};
}

Result<FileLock> FileLock::acquire(std::filesystem::path const& path) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.valid()) return fail(Errc::internal, "the lock file could not be opened");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(Errc::conflict, "another process holds the lock");
    }
    return FileLock(std::move(file));
}

}  // namespace salus
