#include "reconciliation/sighting_sorter.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace salus::reconciliation {
namespace {

constexpr std::size_t kReadAtLeast = 16;

std::unexpected<Error> refused() {
    return fail(Errc::unavailable, "the file of a reconciliation cannot be written or read");
}

}  // namespace

Result<SightingSorter> SightingSorter::make(std::filesystem::path const& directory,
                                            std::size_t piece) {
    FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file.valid()) return refused();
    return SightingSorter(std::move(file), piece);
}

Result<void> SightingSorter::add(Sighting const& sighting) {
    fresh_.push_back(sighting);
    return fresh_.size() < most_ ? Result<void>() : spill();
}

Result<void> SightingSorter::spill() {
    std::ranges::sort(fresh_, std::less<>());
    auto const bytes = std::as_bytes(std::span(fresh_));
    auto const begin = spilled_ * sizeof(Sighting);
    for (std::size_t written = 0; written < bytes.size();) {
        auto const count = ::pwrite(file_.get(), bytes.data() + written, bytes.size() - written,
                                    static_cast<off_t>(begin + written));
        if (count <= 0) return refused();
        written += static_cast<std::size_t>(count);
    }
    pieces_.push_back({.next = spilled_, .end = spilled_ + fresh_.size(), .read = {}, .at = 0});
    spilled_ += fresh_.size();
    fresh_.clear();
    return {};
}

Result<void> SightingSorter::sort() {
    if (!fresh_.empty()) SALUS_TRY_VOID(spill());
    fresh_ = {};
    read_at_once_ = std::max(kReadAtLeast, most_ / std::max<std::size_t>(1, pieces_.size()));
    for (std::size_t i = 0; i < pieces_.size(); ++i) SALUS_TRY_VOID(push_next_of(i));
    return {};
}

Result<void> SightingSorter::push_next_of(std::size_t index) {
    auto& piece = pieces_[index];
    if (piece.at == piece.read.size()) {
        auto const count = std::min<std::uint64_t>(read_at_once_, piece.end - piece.next);
        if (count == 0) {
            piece.read = {};
            return {};
        }
        piece.read.resize(static_cast<std::size_t>(count));
        auto const bytes = std::as_writable_bytes(std::span(piece.read));
        auto const begin = piece.next * sizeof(Sighting);
        for (std::size_t read = 0; read < bytes.size();) {
            auto const more = ::pread(file_.get(), bytes.data() + read, bytes.size() - read,
                                      static_cast<off_t>(begin + read));
            if (more <= 0) return refused();
            read += static_cast<std::size_t>(more);
        }
        piece.next += count;
        piece.at = 0;
    }
    heads_.push({piece.read[piece.at++], index});
    return {};
}

Result<std::optional<Sighting>> SightingSorter::next() {
    if (heads_.empty()) return std::nullopt;
    auto const head = heads_.top();
    heads_.pop();
    SALUS_TRY_VOID(push_next_of(head.piece));
    return head.sighting;
}

}  // namespace salus::reconciliation
