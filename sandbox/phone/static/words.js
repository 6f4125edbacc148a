/* Every word on the phone, in both languages. */
const WORDS = {
  phones: ["手机", "Phones"], addPerson: ["添加人员", "Add a person"], save: ["保存", "Save"],
  cancel: ["取消", "Cancel"], name: ["姓名", "Name"], mobile: ["手机号", "Mobile number"],
  idNumber: ["身份证号", "Identity number"], other: ["English", "中文"],
  phoneOf: ["的手机", "'s phone"], back: ["返回", "Back"], close: ["关闭", "Close"],
  wechat: ["微信", "WeChat"], alipay: ["支付宝", "Alipay"], sms: ["短信", "Messages"],
  browser: ["浏览器", "Browser"], scan: ["扫一扫", "Scan"], payCode: ["付款码", "Payment code"],
  follow: ["关注公众号", "Follow"], unfollow: ["取消关注", "Unfollow"],
  notFollowing: ["还没有关注公众号。", "Not following the account yet."],
  noMessages: ["还没有消息。医院发来的通知会出现在这里。", "No messages yet. Notices of the hospital appear here."],
  noSms: ["还没有短信。验证码和通知会出现在这里。", "No messages yet. Codes and notices appear here."],
  send: ["发送", "Send"], message: ["消息", "Message"], details: ["查看详情", "Details"],
  scanHelp: ["粘贴二维码的内容，或选择下面最近生成的二维码。", "Paste what the code says, or choose one made lately."],
  content: ["二维码内容", "Content of the code"], open: ["打开", "Open"],
  around: ["最近生成的二维码", "Codes made lately"], noCodes: ["最近没有生成二维码。", "No codes were made lately."],
  address: ["网址", "Address"], pay: ["立即支付", "Pay now"], payTo: ["付款给", "Pay to"],
  wrongPassword: ["输错密码", "Wrong password"], short: ["余额不足", "Not enough money"],
  paid: ["支付成功", "Paid"], notPaid: ["支付未完成", "Not paid"], confirm: ["确认付款", "Confirm"],
  refuse: ["拒绝", "Refuse"], done: ["完成", "Done"], newCode: ["刷新付款码", "New code"],
  showCode: ["请向收银员出示付款码", "Show this code to the cashier"],
  validFor: ["约一分钟内有效", "Good for about a minute"],
  asksYou: ["需要您确认", "needs your confirmation"], unread: ["条未读", "unread"],
  allow: ["允许", "Allow"], deny: ["拒绝", "Decline"], subscribeTitle: ["订阅服务通知", "Subscribe to notices"],
  result: ["扫码结果", "What the code says"], failed: ["没有成功：", "It did not work: "],
  offline: ["与服务器失去联系，正在重试。", "The server cannot be reached; trying again."],
  menu: ["菜单", "Menu"], home: ["主屏幕", "Home screen"], place: ["位置", "Place"],
};

export let language = localStorage.getItem("phone-language") || "zh";

export function say(word) {
  return WORDS[word][language === "zh" ? 0 : 1];
}

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("phone-language", language);
  location.reload();
}

export function markLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
