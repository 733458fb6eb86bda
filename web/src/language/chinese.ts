/** The talk, and what both views have: in Chinese, by the English that is written where it is shown. */
export const CHINESE: Readonly<Record<string, string>> = {
  "Avatar Serving, studio": "Avatar Serving，工作室", "Views": "视图", "Studio": "工作室", "Talk": "对话", "Make an avatar first": "请先制作一个数字人",
  "Avatar": "数字人", "You": "你", "Close": "关闭", "Cancel": "取消", "Continue": "继续", "Dismiss": "知道了", "Not now": "暂不", "Save": "保存", "Try again": "再试一次",
  ".": "。",
  "This server needs a key": "此服务器需要密钥",
  "Ask whoever runs it for an API key. It is kept in this browser only.": "请向服务器管理员索取 API 密钥。它只保存在这个浏览器里。",
  "API key": "API 密钥",
  "The server cannot be reached. Is it running?": "连不上服务器。它在运行吗？",

  // The talk
  "Talk with {name}": "和{name}对话", "{name}, face to face": "与{name}面对面", "{name}'s face": "{name}的脸", "Fetching the avatar": "正在获取数字人",
  "Conversation and settings": "对话与设置", "Conversation": "对话", "Settings": "设置",
  "Ready": "就绪", "Listening": "正在听", "Thinking": "正在想", "Speaking": "正在说", "Connecting": "连接中",
  "Answered in {seconds} s": "{seconds} 秒后回答",
  "From your last word to the first sound of the answer": "从你说完到听见回答",
  "From sending to the first sound of the answer": "从发送到听见回答",
  "Start talking": "开始对话", "Allow the microphone…": "请允许使用麦克风…",
  "Mute (M)": "静音 (M)", "Unmute (M)": "取消静音 (M)", "Mute the microphone": "麦克风静音", "Unmute the microphone": "取消麦克风静音",
  "Stop (Esc)": "停止 (Esc)", "Stop the answer (Escape)": "停止回答 (Escape)",
  "Write to {name}": "写给{name}", "Write to {name}…": "写给{name}…", "Send": "发送",
  "Say hello. You can interrupt {name} at any time, just by speaking.": "打个招呼吧。你随时可以开口打断{name}。",
  "What was said": "说过的话", "not understood": "没听懂", "That was not understood": "没听懂这句", "interrupted": "被打断",
  "Show a picture": "给它看图片", "From this device": "从本机选择", "With the camera": "用相机拍", "A picture to show": "要给它看的图片",
  "Do not show this picture": "不给它看这张图片", "Take it back": "撤回", "The picture you are going to show": "将要给它看的图片",
  "This file is not a picture that the browser can read.": "浏览器读不了这个文件，它不是图片。",
  "Look at this picture. What do you see?": "看看这张图片。你看到了什么？",
  "Nobody here.": "这里没有人。", "To the studio": "去工作室",
  "The avatar behind this link is not on this server. It may have been deleted.": "这个链接里的数字人不在此服务器上，可能已被删除。",
  "This browser cannot draw in 3D (WebGL is off), so the avatar stays unseen. You can still hear it.": "此浏览器无法绘制 3D（WebGL 已关闭），看不到数字人，但仍能听到它说话。",
  "The avatar cannot be shown: {detail}": "无法显示数字人：{detail}",

  // What is in the way
  "The connection was lost.": "连接断开了。", "The server cannot be reached.": "连不上服务器。", "This computer is offline.": "这台电脑没有联网。",
  "The server is not ready": "服务器还没准备好", "Trying again. The conversation goes on where it was.": "正在重新连接，对话会从中断处继续。", "Try now": "马上重试",
  "The server reported an error.": "服务器报告了一个错误。", "The answer failed. Please try again.": "回答失败，请再试一次。",
  "Everybody is being talked with. You are number {place} of those who wait.": "现在都在对话中。你排在第 {place} 位。",
  "The microphone is blocked for this page. Click the microphone or lock sign beside the address, choose Allow, then press Start talking again. You can type meanwhile.":
    "本页面的麦克风被禁止了。请点地址栏旁的麦克风或锁形图标，选择“允许”，再按“开始对话”。这期间可以打字。",
  "No microphone was found. Plug one in or turn on a headset, then press Start talking again. You can type meanwhile.":
    "没有找到麦克风。请插上麦克风或打开耳机，再按“开始对话”。这期间可以打字。",
  "Another program is using the microphone. Close it, then press Start talking again. You can type meanwhile.":
    "另一个程序正在使用麦克风。请关闭它，再按“开始对话”。这期间可以打字。",
  "Browsers give the microphone only to secure pages. Open this one through https:// or http://localhost. Typing works here.":
    "浏览器只允许安全页面使用麦克风。请通过 https:// 或 http://localhost 打开。这里可以打字。",
  "The microphone did not start. Press Start talking to try again, or reload the page. You can type meanwhile.":
    "麦克风没有启动。请按“开始对话”再试，或刷新页面。这期间可以打字。",

  // Settings
  "Choose…": "选择…", "nothing chosen": "未选择",
  "Voice": "声音", "Speed": "语速", "Pitch": "音高", "{pitch} semitones": "{pitch} 个半音", "Keep for next time": "下次也用",
  "Language": "语言", "Auto": "自动", "Language model": "语言模型",
  "Right in {share} of 100 test questions.": "100 道测试题答对 {share} 道。", "Begins after {seconds} s.": "{seconds} 秒后开始回答。",
  "{count} tokens a second.": "每秒 {count} 个 token。", "What is said leaves this machine.": "说的话会离开这台机器。",
  "Character": "性格", "Character, in your words": "用你的话描述性格", "Use this character": "使用这个性格", "In use": "使用中",
  "Camera": "相机", "Your camera": "你的相机", "off": "关闭", "on": "开启", "starting": "正在启动", "Let {name} see my expression": "让{name}看到我的表情",
  "Ten times a second this page turns your picture into a few numbers, such as how much you smile or that you nod or wave, and only those are sent to {name}. The picture itself does not leave the page, and nothing of it is kept.":
    "页面每秒十次把你的画面变成几个数字，比如笑了多少、有没有点头或挥手，只把这些数字发给{name}。画面本身不会离开页面，也不会保存。",
  "Show {name} what is around me": "让{name}看看我的周围",
  "Every five seconds one picture is sent to the service, which puts it into words for {name} and forgets it. Ask “What do you see?”":
    "每五秒把一张画面发给服务，由它为{name}变成文字，随后丢弃。可以问：“你看到了什么？”",
  "nobody seen": "没看到人", "smiling": "微笑", "surprised": "惊讶", "frowning": "皱眉", "looking away": "看向别处", "nod": "点头", "shake": "摇头", "wave": "挥手",
  "No camera was found.": "没有找到相机。", "Another program is using the camera. Close it and try again.": "另一个程序正在使用相机。请关闭它再试。",
  "The browser has not allowed the camera. Allow it beside the address, and try again.": "浏览器没有允许使用相机。请在地址栏旁允许，再试一次。",
  "Memory": "记忆", "on · {count}": "开启 · {count}", "Let {name} remember me": "让{name}记住我",
  "{name} then keeps short facts that you tell of yourself, such as your name, on this server, for this browser only, and forgets them in time. Nothing is kept while this is off.":
    "{name}会把你说的关于自己的简短事实（比如名字）存在这个服务器上，只用于这个浏览器，过一段时间会忘记。关闭时什么都不保存。",
  "What {name} knows of you": "{name}知道的关于你的事", "Forget everything": "全部忘记", "A fact about you": "关于你的一件事", "Kept until {until}": "保存到 {until}",
  "Forget": "忘记", "Forget: {text}": "忘记：{text}", "Add": "添加", "Add a fact": "添加一件事", "Add: I am vegetarian": "添加：我吃素",
  "Response time": "响应时间", "Shown after the first answer.": "第一次回答后显示。", "Voice to voice, heard here": "从说完到听见", "Sent to heard": "从发送到听见",
  "Median of spoken turns": "语音轮次的中位数", "Gaps in the sound": "声音中断次数", "Pause noticed": "察觉停顿", "Turn judged over": "判断说完", "Floor taken": "接过话头",
  "Speech recognised": "语音识别完成", "First token": "第一个 token", "First clause": "第一个分句", "First sound made": "合成第一段声音",
  "First clause spoken": "第一个分句合成完", "First sound sent": "发出第一段声音",
};
