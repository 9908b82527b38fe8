// tar archives (POSIX.1-2017, pax "ustar Interchange Format"), a piece at a time. Names are only
// compared, never used as paths: nothing is written to a file system. Private to the room.
// Thread safety: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace salus::fhir {

class TarReader {
public:
    // Called for each regular file with its name and content.
    using TakeFile = std::function<Result<void>(std::string const&, std::string)>;
    TarReader(std::size_t file_bound, std::size_t count_bound, TakeFile take)
        : file_bound_(file_bound), count_bound_(count_bound), take_(std::move(take)) {}

    // Errc::invalid: not such an archive, a wrong checksum, a link or device; Errc::too_large.
    [[nodiscard]] Result<void> feed(std::string_view piece);
    // Errc::invalid: it ended in the middle.
    [[nodiscard]] Result<void> finish() const;

private:
    static constexpr std::size_t kBlock = 512;
    enum class Part : std::uint8_t { header, content, padding, end };
    enum class Kind : std::uint8_t { file, folder, name_of_next, skipped };

    [[nodiscard]] Result<void> read_header();
    [[nodiscard]] Result<void> entry_done();

    std::size_t file_bound_;
    std::size_t count_bound_;
    TakeFile take_;
    Part part_ = Part::header;
    Kind kind_ = Kind::file;
    std::array<char, kBlock> block_{};
    std::size_t filled_ = 0;   // of block_
    std::size_t left_ = 0;     // of content or padding
    std::size_t padding_ = 0;  // behind the content
    std::size_t entries_ = 0;
    std::string name_;
    std::string long_name_;  // of a GNU entry, for the next one
    std::string content_;
};

}  // namespace salus::fhir
