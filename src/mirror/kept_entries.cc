#include "mirror/kept_entries.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mirror/entries.h"
#include "transparency/tile_reader.h"

namespace salus::mirror {
namespace {

constexpr std::string_view kMark("\0salkep\x01", 8);  // no leaf holds a NUL
// A log that is not signed for so long is closed by its signer's absence long before.
constexpr std::uint64_t kBytesMost = std::uint64_t{16} << 30U;
constexpr std::size_t kHeadBytes = kMark.size() + 8 + 4;
constexpr std::size_t kFrameBytesMost =
    kHeadBytes + kEntriesBytesMost + sizeof(crypto::Sha256Digest);

std::filesystem::path kept_file(std::filesystem::path const& directory) {
    return directory / "kept";
}

std::unexpected<Error> damaged() {
    return fail(Errc::corrupt, "what was kept is damaged");
}

Result<Bytes> read_at(int file, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t have = 0; have < size;) {
        auto const count =
            ::pread(file, bytes.data() + have, size - have, static_cast<off_t>(offset + have));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return no_disk();
        have += static_cast<std::size_t>(count);
    }
    return bytes;
}

bool write_at(int file, std::uint64_t offset, BytesView bytes) {
    while (!bytes.empty()) {
        auto const count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

Result<audit::CompactRange> tree_with(audit::CompactRange tree, std::string_view bundle) {
    SALUS_TRY_VOID(for_each_entry(bundle, [&tree](std::string_view entry) -> Result<void> {
        tree.append(audit::leaf_hash(bytes_of(entry)));
        return {};
    }));
    return tree;
}

Result<audit::CompactRange> tree_of_tiles(std::filesystem::path const& directory,
                                          std::uint64_t size) {
    auto tree = transparency::TileReader(directory, size).compact();
    if (!tree) return fail(Errc::corrupt, "the tiles are not what was cosigned last");
    return tree;
}

}  // namespace

Result<KeptEntries> KeptEntries::open(std::filesystem::path const& directory,
                                      std::uint64_t cosigned) {
    SALUS_TRY(auto const tree, tree_of_tiles(directory, cosigned));
    KeptEntries kept(directory, tree);
    kept.file_ =
        FileDescriptor(::open(kept_file(directory).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!kept.file_.valid() && errno != ENOENT) return no_disk();
    if (kept.file_.valid()) SALUS_TRY_VOID(kept.read_frames(cosigned));
    return kept;
}

Result<void> KeptEntries::read_frames(std::uint64_t cosigned) {
    struct stat status{};
    if (::fstat(file_.get(), &status) != 0) return no_disk();
    auto const file_bytes = static_cast<std::uint64_t>(status.st_size);
    while (end_ < file_bytes) {
        SALUS_TRY(bool const whole, read_frame(cosigned, file_bytes));
        if (!whole) return cut_tail(file_bytes);
    }
    // All of it may lie before the tiles' end: dropping it was interrupted.
    if (tree_.size() >= cosigned) return {};
    SALUS_TRY(auto const tree, tree_of_tiles(directory_, cosigned));
    forget_all(tree);
    return {};
}

// False: the frame at end_ is not whole.
Result<bool> KeptEntries::read_frame(std::uint64_t cosigned, std::uint64_t file_bytes) {
    auto const left = file_bytes - end_;
    if (left < kHeadBytes) return false;
    SALUS_TRY(auto const head, read_at(file_.get(), end_, kHeadBytes));
    auto const start = read_u64(BytesView(head).subspan(kMark.size()));
    auto const bytes = read_u32(BytesView(head).subspan(kMark.size() + 8));
    if (!text_of(head).starts_with(kMark) || bytes > kEntriesBytesMost ||
        left < kHeadBytes + bytes + tree_.root().size()) {
        return false;
    }
    if (frames_.empty()) {
        if (start > cosigned) return damaged();
        SALUS_TRY(tree_, tree_of_tiles(directory_, start));
    }
    SALUS_TRY(auto const body,
              read_at(file_.get(), end_ + kHeadBytes, bytes + tree_.root().size()));
    auto const bundle = text_of(body).substr(0, bytes);
    auto const tree = tree_with(tree_, bundle);
    if (start != tree_.size() || !tree ||
        !std::ranges::equal(tree->root(), BytesView(body).subspan(bytes))) {
        return false;
    }
    frames_.push_back({start, end_ + kHeadBytes, bytes});
    tree_ = *tree;
    end_ += kHeadBytes + body.size();
    return true;
}

// What is not whole is the last frame, or it is damage.
Result<void> KeptEntries::cut_tail(std::uint64_t file_bytes) {
    auto const left = file_bytes - end_;
    if (left > kFrameBytesMost) return damaged();
    SALUS_TRY(auto const tail, read_at(file_.get(), end_, static_cast<std::size_t>(left)));
    if (text_of(tail).find(kMark, 1) != std::string_view::npos) return damaged();
    if (::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0 || ::fsync(file_.get()) != 0) {
        return no_disk();
    }
    cut_bytes_ = left;
    return {};
}

Result<void> KeptEntries::make_file() {
    file_ = FileDescriptor(::open(kept_file(directory_).c_str(),
                                  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_.valid() || !sync_directory(directory_)) return no_disk();
    return {};
}

Result<bool> KeptEntries::add(std::string_view bundle, crypto::Sha256Digest const& root) {
    SALUS_TRY(auto const tree, tree_with(tree_, bundle));
    if (tree.root() != root) return false;
    if (bundle.empty()) return true;
    if (is_broken_) return no_disk();
    if (end_ + bundle.size() > kBytesMost) {
        return fail(Errc::too_large, "too many entries are kept that no checkpoint covers");
    }
    if (!file_.valid()) SALUS_TRY_VOID(make_file());
    if (auto const written = write_frame(bundle, root); !written) {
        is_broken_ = ::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0;
        return std::unexpected(written.error());
    }
    if (::fdatasync(file_.get()) != 0) {
        is_broken_ = true;
        return no_disk();
    }
    frames_.push_back({tree_.size(), end_ + kHeadBytes, static_cast<std::uint32_t>(bundle.size())});
    tree_ = tree;
    end_ += kHeadBytes + bundle.size() + root.size();
    return true;
}

// At end_, which stays.
Result<void> KeptEntries::write_frame(std::string_view bundle, crypto::Sha256Digest const& root) {
    Bytes frame;
    append(frame, bytes_of(kMark));
    append_u64(frame, tree_.size());
    append_u32(frame, static_cast<std::uint32_t>(bundle.size()));
    append(frame, bytes_of(bundle));
    append(frame, root);
    if (!write_at(file_.get(), end_, frame)) return no_disk();
    return {};
}

void KeptEntries::drop_before(audit::CompactRange const& cosigned) {
    if (tree_.size() <= cosigned.size()) return forget_all(cosigned);
    static_cast<void>(replace_from(cosigned));
}

// If the cut is not durable, the next open() finds what lies before the tiles' end.
void KeptEntries::forget_all(audit::CompactRange const& cosigned) {
    if (!frames_.empty()) is_broken_ = is_broken_ || ::ftruncate(file_.get(), 0) != 0;
    tree_ = cosigned;
    frames_.clear();
    end_ = 0;
}

Result<void> KeptEntries::replace_from(audit::CompactRange const& cosigned) {
    SALUS_TRY(auto copy, copy_from(cosigned));
    std::error_code error;
    std::filesystem::rename(directory_ / "kept.new", kept_file(directory_), error);
    if (error) return no_disk();
    copy.is_broken_ = is_broken_;
    *this = std::move(copy);
    is_broken_ = is_broken_ || !sync_directory(directory_);
    return {};
}

// In a file beside this one, durable.
Result<KeptEntries> KeptEntries::copy_from(audit::CompactRange const& cosigned) const {
    KeptEntries copy(directory_, cosigned);
    copy.file_ = FileDescriptor(::open((directory_ / "kept.new").c_str(),
                                       O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!copy.file_.valid()) return no_disk();
    std::string bundle;
    auto with_bundle = cosigned;
    auto const write = [&]() -> Result<void> {
        SALUS_TRY_VOID(copy.write_frame(bundle, with_bundle.root()));
        copy.frames_.push_back(
            {copy.tree_.size(), copy.end_ + kHeadBytes, static_cast<std::uint32_t>(bundle.size())});
        copy.end_ += kHeadBytes + bundle.size() + sizeof(crypto::Sha256Digest);
        copy.tree_ = with_bundle;
        bundle.clear();
        return {};
    };
    SALUS_TRY_VOID(
        read(cosigned.size(), tree_.size(),
             [&](std::string_view entry, crypto::Sha256Digest const& hash) -> Result<void> {
                 if (bundle.size() + entry.size() + 2 > kEntriesBytesMost) {
                     SALUS_TRY_VOID(write());
                 }
                 append_entry(bundle, entry);
                 with_bundle.append(hash);
                 return {};
             }));
    SALUS_TRY_VOID(write());
    if (::fsync(copy.file_.get()) != 0) return no_disk();
    return copy;
}

Result<void> KeptEntries::read(std::uint64_t begin, std::uint64_t end,
                               Receive const& receive) const {
    for (auto const& frame : frames_) {
        if (frame.start >= end) break;
        SALUS_TRY(auto const bytes, read_at(file_.get(), frame.offset, frame.bytes));
        auto index = frame.start;
        SALUS_TRY_VOID(for_each_entry(text_of(bytes), [&](std::string_view entry) -> Result<void> {
            auto const at = index++;
            if (at < begin || at >= end) return {};
            return receive(entry, audit::leaf_hash(bytes_of(entry)));
        }));
    }
    return {};
}

}  // namespace salus::mirror
