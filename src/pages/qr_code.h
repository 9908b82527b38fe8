// QR codes (ISO/IEC 18004:2015): byte mode, error correction level M, versions 1 to 10, as a
// picture for a page. Own code and no library: 200 lines that never see input of a stranger. Any
// thread; pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salus::pages {

// Square, row by row; true is dark.
class QrCode {
public:
    // Nothing beyond kLongest bytes.
    static std::optional<QrCode> of(std::string_view text);
    static constexpr std::size_t kLongest = 213;

    [[nodiscard]] int size() const noexcept { return size_; }
    [[nodiscard]] bool dark(int x, int y) const { return modules_[index(x, y)]; }
    // data:image/svg+xml, with the quiet zone around it (section 6.3.8).
    [[nodiscard]] std::string data_uri() const;

private:
    explicit QrCode(int version);
    void place_patterns();
    void place_finder(int x, int y);
    void place_alignment(int x, int y);
    void place_version();
    void place_format(unsigned mask);
    void place_data(std::vector<unsigned char> const& codewords);
    void apply_mask(unsigned mask);
    [[nodiscard]] int penalty() const;
    [[nodiscard]] int penalty_of_lines(bool down) const;
    void set(int x, int y, bool is_dark);
    [[nodiscard]] std::size_t index(int x, int y) const noexcept {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(size_) +
               static_cast<std::size_t>(x);
    }

    int version_;
    int size_;
    std::vector<bool> modules_;
    std::vector<bool> reserved_;  // patterns, which no data and no mask touch
};

}  // namespace salus::pages
